import type { ReactNode } from 'react';

interface StateProps {
  readonly title: string;
  /** Why, and what to do next. */
  readonly children?: ReactNode;
  /** Buttons or links. */
  readonly actions?: ReactNode;
}

/** Nothing to show, why, and what to do about it. */
export function EmptyState({ title, children, actions }: StateProps) {
  return (
    <section className="mx-auto flex max-w-140 flex-col items-center gap-2 px-6 py-16 text-center">
      <Strata />
      <h2 className="mt-3 text-[15px] font-semibold">{title}</h2>
      <div className="text-ink-2">{children}</div>
      {actions !== undefined && <div className="mt-3 flex flex-wrap justify-center gap-2">{actions}</div>}
    </section>
  );
}

/** Something failed: what, and what to do about it. */
export function ErrorState({ title, children, actions }: StateProps) {
  return (
    <section role="alert" className="mx-auto flex max-w-140 flex-col items-center gap-2 px-6 py-16 text-center">
      <span
        aria-hidden="true"
        className="grid size-9 place-items-center rounded-full bg-bad-soft font-semibold text-bad"
      >
        !
      </span>
      <h2 className="mt-2 text-[15px] font-semibold">{title}</h2>
      <div className="text-ink-2">{children}</div>
      {actions !== undefined && <div className="mt-3 flex flex-wrap justify-center gap-2">{actions}</div>}
    </section>
  );
}

/** A line above what is still shown: the picture is of earlier, for this reason. */
export function StaleNotice({ children }: { readonly children: ReactNode }) {
  return (
    <p role="status" className="rounded-md bg-bad-soft px-3 py-1.5 text-[12px] text-bad">
      {children}
    </p>
  );
}

function Strata() {
  return (
    <svg width="72" height="40" viewBox="0 0 72 40" aria-hidden="true" className="fill-line-strong">
      <rect x="0" y="30" width="72" height="8" rx="2" />
      <rect x="6" y="20" width="38" height="8" rx="2" opacity="0.75" />
      <rect x="48" y="20" width="18" height="8" rx="2" opacity="0.75" />
      <rect x="10" y="10" width="20" height="8" rx="2" opacity="0.5" />
      <rect x="14" y="0" width="9" height="8" rx="2" opacity="0.3" />
    </svg>
  );
}
