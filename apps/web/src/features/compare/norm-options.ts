/** What the measures of a comparison are called. */
export const NORM_OPTIONS = [
  { value: 'share', label: 'Share' },
  { value: 'rate', label: 'Per instance' },
  { value: 'absolute', label: 'Absolute' },
] as const;
