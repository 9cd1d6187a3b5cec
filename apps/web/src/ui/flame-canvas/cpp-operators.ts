/** Longest first, so that `<<` is tried before `<`. */
const SYMBOLS = [
  ...['->*', '<=>', '<<=', '>>='],
  ...['()', '[]', '->', '<<', '>>', '<=', '>=', '==', '!=', '&&', '||', '++', '--'],
  ...['+=', '-=', '*=', '/=', '%=', '^=', '&=', '|='],
  ...['+', '-', '*', '/', '%', '^', '&', '|', '~', '!', '=', '<', '>', ','],
].map((symbol) => symbol.replaceAll(/[^\w]/g, '\\$&'));

const WORDS = '""\\s?\\w+| "" ?\\w+| (?:new|delete)(?:\\[\\])?(?!\\w)| co_await\\b';
/** The space of `operator< <int>` only tells it from `operator<<`. */
const OPERATOR = new RegExp(`(?<![\\w$])operator(?:${WORDS}|(?:${SYMBOLS.join('|')})(?=$|[(< [:,>)]))(?: (?=<))?`, 'g');
/** `operator char const*`: up to the parameters or the arguments of the type. */
const CONVERSION = /(?<![\w$])operator (?:[\w:$]| (?=\w)|[*&]|\(anonymous namespace\))+(?=[(<]|$)/g;
const OTHERS = /\(anonymous namespace\)|'(?:lambda|unnamed)\d*'|(?<=\)[^()]*) \[clone [^\]]*\]/g;

/** Where private characters begin that stand for those below U+0080. */
const PRIVATE = 0xe000;

/**
 * Puts private characters for the brackets, spaces, colons and dots that are part of a name of C++ and part nothing:
 * those of operators, of `(anonymous namespace)` and of `[clone .cold]`.
 */
export function maskNames(name: string): string {
  if (!/operator|\(anon|'|\[clone/.test(name)) return name;
  return name
    .replaceAll(OPERATOR, (operator) => mask(operator.replace(/(?<=\W) $/, '')))
    .replaceAll(CONVERSION, mask)
    .replaceAll(OTHERS, mask);
}

export function unmaskNames(name: string): string {
  return name.replaceAll(/[\ue000-\ue07f]/g, (c) => String.fromCharCode(c.charCodeAt(0) - PRIVATE));
}

function mask(text: string): string {
  return text.replaceAll(/[^\w]/g, (c) => (c < '\x80' ? String.fromCharCode(c.charCodeAt(0) + PRIVATE) : c));
}
