/** What the measures of a comparison are called. */
export const NORM_OPTIONS = [
  { value: 'share', label: 'Of total' },
  { value: 'rate', label: 'Per instance' },
  { value: 'absolute', label: 'Absolute' },
] as const;
