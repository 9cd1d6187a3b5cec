import Link from 'next/link';
import { Button, buttonClass } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { WithTimes } from '../../ui/with-times.tsx';
import type { SideChoice } from './presets.ts';

export interface NoSidesProps {
  readonly title: string;
  readonly service: string;
  readonly type: string;
  /** Baselines that are recorded. */
  readonly baselines: readonly { readonly label: string; readonly choice: SideChoice }[];
  readonly onBaseline: (choice: SideChoice) => void;
  /** Why, in a sentence. */
  readonly children: string;
}

/** Why there is nothing to compare, and what there is. */
export function NoSides({ title, service, type, baselines, onBaseline, children }: NoSidesProps) {
  const fresh = `/s/${encodeURIComponent(service)}/compare${type === 'cpu' ? '' : `?type=${encodeURIComponent(type)}`}`;
  return (
    <EmptyState
      title={title}
      actions={
        <>
          <Link href={fresh} className={buttonClass('primary')}>
            Compare what is recorded
          </Link>
          {baselines.map(({ label, choice }) => (
            <Button key={label} onClick={() => onBaseline(choice)}>
              {label}
            </Button>
          ))}
          <Link href="/agents" className={buttonClass()}>
            Check agents
          </Link>
        </>
      }
    >
      <WithTimes>{children}</WithTimes>
    </EmptyState>
  );
}
