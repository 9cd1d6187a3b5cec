import { toWebError } from '../../server/errors.ts';
import { partsHolder } from '../../server/parts.ts';

export const dynamic = 'force-dynamic';

const unavailable = (reason: string) => Response.json({ status: 'unavailable', reason }, { status: 503 });

/** 200 when questions can be answered, else 503 with the reason; it never waits for ClickHouse to come up. */
export async function GET(): Promise<Response> {
  try {
    const parts = partsHolder().open();
    const missing = partsHolder().missing();
    if (missing !== null) {
      parts.catch(() => {});
      return unavailable(missing);
    }
    await (await parts).storage.ping();
    return Response.json({ status: 'ok' });
  } catch (error) {
    return unavailable(toWebError(error).message);
  }
}
