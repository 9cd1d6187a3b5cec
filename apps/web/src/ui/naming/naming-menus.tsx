import type { Group, NameStyle } from '@strata/profile';
import { type Choice, ChoiceMenu } from '../choice-menu.tsx';
import type { NamingState } from './use-naming.ts';

const GROUP_CHOICES: readonly Choice<Group>[] = [
  { value: 'function', label: 'Function', hint: 'One frame for each function, inlined ones too' },
  { value: 'line', label: 'Line', hint: 'One for each line of a function that ran' },
  { value: 'file', label: 'File', hint: 'One for each source file; calls within it are not shown' },
  { value: 'binary', label: 'Binary', hint: 'One for each program or library; calls within it are not shown' },
];
const NAME_CHOICES: readonly Choice<NameStyle>[] = [
  { value: 'full', label: 'Full', hint: 'std::map<int, Cart>::find(int const&) const' },
  { value: 'no-parameters', label: 'No parameters', hint: 'std::map<int, Cart>::find' },
  { value: 'no-templates', label: 'No templates', hint: 'std::map::find' },
];

/** What frames merge by, and how names of C++ and Rust read. */
export function NamingMenus({ naming }: { readonly naming: NamingState }) {
  return (
    <>
      <ChoiceMenu
        name="merge by"
        label="What frames merge by"
        choices={GROUP_CHOICES}
        value={naming.group}
        onValue={naming.setGroup}
        brief
      />
      <ChoiceMenu
        name="names"
        label="How names read"
        choices={NAME_CHOICES}
        value={naming.names}
        onValue={naming.setNames}
        brief
      />
    </>
  );
}

/** The same in words, where it cannot be changed: nothing for what is the standard. */
export function namingWords(search: URLSearchParams): readonly { readonly name: string; readonly value: string }[] {
  const word = (choices: readonly Choice<string>[], value: string | null) =>
    choices
      .slice(1)
      .find((choice) => choice.value === value)
      ?.label.toLowerCase();
  return [
    { name: 'merged by', value: word(GROUP_CHOICES, search.get('group')) },
    { name: 'names', value: word(NAME_CHOICES, search.get('names')) },
  ].flatMap(({ name, value }) => (value === undefined ? [] : [{ name, value }]));
}
