'use client';

import { ChoiceMenu } from '../choice-menu.tsx';

export interface TypePickerProps {
  readonly type: string;
  /** Names of the profile types there are. */
  readonly types: readonly string[];
  readonly onType: (type: string) => void;
}

/** The profile type as a chip that opens the others. */
export function TypePicker({ type, types, onType }: TypePickerProps) {
  const choices = types.map((value) => ({ value, label: typeWord(value) }));
  return <ChoiceMenu name="type" label="Profile type" choices={choices} value={type} onValue={onType} />;
}

/** `cpu` → `CPU`, `alloc_space` → `Alloc space`. */
export function typeWord(type: string): string {
  if (type === 'cpu') return 'CPU';
  const words = type.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
