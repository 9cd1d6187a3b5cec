export * from './data-folder.ts';
export * from './logger.ts';
export * from './settings.ts';
