import { SAMPLER_ERROR_CODES, type SamplerErrorCode } from './definitions.generated.ts';

/** Why this node is not sampled; the message is one sentence for whoever runs the agent. */
export class SamplerError extends Error {
  override readonly name = 'SamplerError';
  readonly code: SamplerErrorCode;

  constructor(code: SamplerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The addon throws «CODE: sentence»; anything else is not the sampler's. */
export function asSamplerError(error: unknown): unknown {
  const { message } = error as Error;
  const code = SAMPLER_ERROR_CODES.find((known) => message?.startsWith(`${known}: `));
  return code ? new SamplerError(code, message.slice(code.length + 2), { cause: error }) : error;
}
