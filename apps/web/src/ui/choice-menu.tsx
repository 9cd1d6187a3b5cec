import { Flyout } from './flyout.tsx';

/** One thing to choose. */
export interface Choice<Value extends string> {
  readonly value: Value;
  readonly label: string;
  /** Grey, beneath it: what it does. */
  readonly hint?: string;
}

export interface ChoiceMenuProps<Value extends string> {
  /** Grey, before the chosen one. */
  readonly name: string;
  /** What is chosen here, for who does not see the menu. */
  readonly label: string;
  readonly choices: readonly Choice<Value>[];
  readonly value: Value;
  readonly onValue: (value: Value) => void;
  /** Whether a phone shows only what is chosen. */
  readonly brief?: boolean;
}

/** A chip that says what is chosen and opens the others. */
export function ChoiceMenu<Value extends string>(props: ChoiceMenuProps<Value>) {
  const { name, label, choices, value, onValue, brief = false } = props;
  const chosen = choices.find((choice) => choice.value === value)?.label ?? value;
  return (
    <Flyout
      label={`${label}: ${chosen}`}
      buttonClass="flex h-7 items-center gap-1.5 rounded-lg bg-chip px-2.5 text-[12px] whitespace-nowrap hover:bg-line focus-visible:outline-2 focus-visible:outline-accent"
      trigger={
        <>
          <span className={`text-ink-2 ${brief ? 'max-sm:hidden' : ''}`}>{name}</span>
          <span className="font-medium">{chosen}</span>
          <span aria-hidden="true" className="text-[9px] text-ink-2">
            ▼
          </span>
        </>
      }
    >
      {(close) => (
        <ul className="min-w-44 p-1">
          {choices.map((choice) => (
            <li key={choice.value}>
              <button
                type="button"
                aria-current={choice.value === value ? 'true' : undefined}
                className="group w-full rounded-md px-3 py-1.5 text-left hover:bg-chip aria-[current]:font-medium aria-[current]:text-accent"
                onClick={() => {
                  onValue(choice.value);
                  close();
                }}
              >
                {choice.label}
                {choice.hint !== undefined && (
                  <span className="block max-w-72 text-[12px] font-normal text-ink-2">{choice.hint}</span>
                )}
              </button>
            </li>
          ))}
        </ul>
      )}
    </Flyout>
  );
}
