/** What the reader chose; `system` follows the device. */
export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** A cookie, so that the first byte of a page already has the theme and nothing flashes. */
export const THEME_COOKIE = 'strata-theme';

export const readTheme = (text: string | undefined): Theme => THEMES.find((theme) => theme === text) ?? 'system';

/** Shows the theme at once and keeps it for a year. */
export function applyTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser yet
  document.cookie = `${THEME_COOKIE}=${theme}; path=/; max-age=31536000; samesite=lax`;
}
