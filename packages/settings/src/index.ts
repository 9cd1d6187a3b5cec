export * from './data-folder.ts';
export * from './logger.ts';
export * from './loopback-guard.ts';
export * from './program.ts';
export * from './s3-location.ts';
export * from './settings.ts';
