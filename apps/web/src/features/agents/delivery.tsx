import { formatBytes, formatCount } from '../../ui/amount.ts';
import type { Counter } from './agent-counters.ts';
import { upkeepWordsOf } from './reasons.ts';

/** Whether samples arrive: what got lost, or that nothing did; every counter with its meaning beneath. */
export function Delivery({ counters }: { readonly counters: readonly Counter[] }) {
  const described = counters.map((counter) => ({ ...counter, ...upkeepWordsOf(counter.name) }));
  const losses = described.filter(({ lossy, value }) => lossy && value > 0);
  const stored = counters.find(({ name }) => name === 'push.stored')?.value ?? 0;
  return (
    <div className="border-t border-line px-5 py-4">
      <h3 className="pb-1 text-[11px] text-ink-3">Delivery and upkeep</h3>
      <p>
        {stored === 1 ? '1 batch' : `${formatCount(stored)} batches`} of samples stored by the collector
        {losses.length === 0 ? ', nothing lost or failed on the way.' : '. On the way there:'}
      </p>
      {losses.length > 0 && (
        <ul className="pt-1">
          {losses.map((loss) => (
            <li key={loss.name}>
              <b className="font-medium text-bad">
                {write(loss)} {loss.label}
              </b>{' '}
              <span className="text-[12px] text-ink-2">{loss.meaning}</span>
            </li>
          ))}
        </ul>
      )}
      <details className="pt-2">
        <summary className="w-fit rounded text-[12px] text-ink-2 hover:text-ink">
          All {described.length} counters, and what they count
        </summary>
        <dl className="grid grid-cols-2 gap-x-10 gap-y-2 pt-2 max-md:grid-cols-1">
          {described.map((counter) => (
            <div key={counter.name} className="grid grid-cols-[1fr_auto] gap-x-3">
              <dt>{counter.label}</dt>
              <dd className={counter.lossy && counter.value > 0 ? 'font-medium text-bad' : ''}>{write(counter)}</dd>
              {counter.meaning !== '' && <dd className="col-span-2 text-[12px] text-ink-3">{counter.meaning}</dd>}
            </div>
          ))}
        </dl>
      </details>
    </div>
  );
}

const write = ({ name, value }: Counter) => (name.endsWith('bytes') ? formatBytes(value) : formatCount(value));
