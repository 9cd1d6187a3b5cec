import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';

const LOOKS = {
  plain: 'border border-line-strong bg-panel text-ink hover:bg-chip',
  primary: 'border border-transparent bg-accent font-medium text-accent-ink hover:brightness-110',
  quiet: 'border border-transparent text-ink-2 hover:bg-chip hover:text-ink',
};

export type ButtonLook = keyof typeof LOOKS;

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: ButtonLook;
  readonly children: ReactNode;
  readonly ref?: Ref<HTMLButtonElement>;
}

/** The classes of a button, for links that look like one. */
export const buttonClass = (look: ButtonLook = 'plain') =>
  `inline-flex h-8 shrink-0 items-center justify-center gap-2 whitespace-nowrap rounded-lg px-3 text-[13px] transition-colors select-none disabled:opacity-50 ${LOOKS[look]}`;

/** 32 px high; `primary` at most once on a page. */
export function Button({ look = 'plain', className = '', type = 'button', ...rest }: ButtonProps) {
  return <button type={type} className={`${buttonClass(look)} ${className}`} {...rest} />;
}
