export const VIEWS = ['flame', 'table', 'both'] as const;
export type ViewName = (typeof VIEWS)[number];

const WORDS: Readonly<Record<ViewName, string>> = { flame: 'Flame', table: 'Table', both: 'Both' };

/** Which panes are shown. */
export function ViewSwitch({ view, onView }: { view: ViewName; onView: (view: ViewName) => void }) {
  return (
    <div role="radiogroup" aria-label="View" className="flex rounded-lg bg-chip p-0.5">
      {VIEWS.map((name) => (
        <label
          key={name}
          className="cursor-pointer rounded-md px-3 text-[13px] leading-7 text-ink-2 select-none has-checked:bg-panel has-checked:font-medium has-checked:text-ink has-checked:shadow-xs has-focus-visible:outline-2 has-focus-visible:outline-accent"
        >
          <input type="radio" name="view" className="sr-only" checked={view === name} onChange={() => onView(name)} />
          {WORDS[name]}
        </label>
      ))}
    </div>
  );
}
