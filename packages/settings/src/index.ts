export * from './data-folder.ts';
export * from './logger.ts';
export * from './loopback-guard.ts';
export * from './program.ts';
export * from './settings.ts';
