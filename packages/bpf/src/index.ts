export * from './api.ts';
export { decodeDrain } from './decode-drain.ts';
export { DROP_REASONS, INTERRUPTED_BIT, OUTCOMES } from './definitions.generated.ts';
export * from './sampler-error.ts';
export * from './start-sampler.ts';
