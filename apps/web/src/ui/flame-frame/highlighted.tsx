/** A name with the part that a search found set off. */
export function Highlighted({ text, pattern }: { text: string; pattern: RegExp | null }) {
  const found = pattern?.exec(text);
  if (found === null || found === undefined || found[0] === '') return text;
  return (
    <>
      {text.slice(0, found.index)}
      <mark className="rounded-xs bg-accent/20 text-inherit">{found[0]}</mark>
      {text.slice(found.index + found[0].length)}
    </>
  );
}
