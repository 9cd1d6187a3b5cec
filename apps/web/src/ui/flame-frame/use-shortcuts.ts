import { useEffect, useRef } from 'react';

/** Runs an action for a key pressed anywhere but in a field, a dialog or with a modifier. */
export function useShortcuts(actions: readonly (readonly [key: string, action: () => void])[]): void {
  const current = useRef(actions);
  current.current = actions;
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const target = event.target as HTMLElement | null;
      if (
        target?.closest(
          'input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable], [role=dialog], dialog, [role=menu]',
        )
      )
        return;
      const action = current.current.find(([key]) => key === event.key)?.[1];
      if (action === undefined) return;
      event.preventDefault();
      action();
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, []);
}
