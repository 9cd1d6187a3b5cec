/** What to say of a request without an answer; the browser's own words differ and help nobody. */
export const UNREACHABLE = 'The web server does not answer: is Strata running?';
export const NO_ANSWER = 'No answer has come for 30 seconds: ClickHouse hangs or has too much to do.';
/** Longer than any question should take; a database that hangs would be waited for without end. */
const ANSWER_MS_MOST = 30_000;

/** As fetch, failing with a sentence, also when the answer does not come. */
export async function reachServer(input: URL | RequestInfo, init?: RequestInit): Promise<Response> {
  const late = AbortSignal.timeout(ANSWER_MS_MOST);
  const given = init?.signal ?? null;
  try {
    return await fetch(input, { ...init, signal: given === null ? late : AbortSignal.any([given, late]) });
  } catch (cause) {
    if (given?.aborted === true) throw cause;
    throw new Error(late.aborted ? NO_ANSWER : UNREACHABLE, { cause });
  }
}
