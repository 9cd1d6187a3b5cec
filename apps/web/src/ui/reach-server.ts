/** What to say of a request without an answer; the browser's own words differ and help nobody. */
export const UNREACHABLE = 'The web server does not answer: is Strata running?';

/** As fetch, failing with a sentence. */
export async function reachServer(input: URL | RequestInfo, init?: RequestInit): Promise<Response> {
  try {
    return await fetch(input, init);
  } catch (cause) {
    if (init?.signal?.aborted === true) throw cause;
    throw new Error(UNREACHABLE, { cause });
  }
}
