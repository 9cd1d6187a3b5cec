import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { shortenName } from '../src/shorten-name.ts';

/** full → without parameters → without templates. */
const NAMES: readonly (readonly [string, string, string])[] = [
  ['main', 'main', 'main'],
  ['shop::checkout(Cart const&, int)', 'shop::checkout', 'shop::checkout'],
  ['Map<int, char>::get(int) const', 'Map<int, char>::get', 'Map::get'],
  ['Map<int>::get(int) const &', 'Map<int>::get', 'Map::get'],
  ['void std::sort<int*>(int*, int*)', 'std::sort<int*>', 'std::sort'],
  ['char const* f<std::vector<int, std::allocator<int> > >(int)', 'f<std::vector<int, std::allocator<int> > >', 'f'],
  ['unsigned long ns::f<(ns::Kind)1>()', 'ns::f<(ns::Kind)1>', 'ns::f'],
  ['std::enable_if<((sizeof (int))>(2)), int>::type f<int>(int)', 'f<int>', 'f'],
  ['decltype(auto) f<int>(int&&)', 'f<int>', 'f'],
  ['decltype ((a)+(b)) ns::f<int, int>(int, int)', 'ns::f<int, int>', 'ns::f'],
  // Operators
  ['operator<(A const&, A const&)', 'operator<', 'operator<'],
  ['ns::operator<<(std::ostream&, A const&)', 'ns::operator<<', 'ns::operator<<'],
  ['std::ostream& operator<< <char>(std::ostream&, char)', 'operator<<<char>', 'operator<<'],
  ['bool operator< <int, int>(A<int> const&, A<int> const&)', 'operator<<int, int>', 'operator<'],
  ['bool std::operator<<int, int>(A<int>, A<int>)', 'std::operator<<int, int>', 'std::operator<'],
  ['A::operator()(int) const', 'A::operator()', 'A::operator()'],
  ['auto A::operator()<int>(int) const', 'A::operator()<int>', 'A::operator()'],
  ['P<int>::operator->() const', 'P<int>::operator->', 'P::operator->'],
  ['P<int>::operator->*(int)', 'P<int>::operator->*', 'P::operator->*'],
  ['P<int>::operator[](unsigned long)', 'P<int>::operator[]', 'P::operator[]'],
  ['A::operator<=>(A const&) const', 'A::operator<=>', 'A::operator<=>'],
  ['A::operator>>=(int)', 'A::operator>>=', 'A::operator>>='],
  ['operator new(unsigned long)', 'operator new', 'operator new'],
  ['operator delete[](void*, unsigned long)', 'operator delete[]', 'operator delete[]'],
  ['operator"" _km(long double)', 'operator"" _km', 'operator"" _km'],
  // Conversions
  ['A::operator bool() const', 'A::operator bool', 'A::operator bool'],
  ['A<int>::operator char const*() const', 'A<int>::operator char const*', 'A::operator char const*'],
  ['A::operator std::vector<int>()', 'A::operator std::vector<int>', 'A::operator std::vector'],
  ['A::operator void (*)(int)() const', 'A::operator void (*)(int)', 'A::operator void (*)(int)'],
  // Places without a name
  ['(anonymous namespace)::f(int)', '(anonymous namespace)::f', '(anonymous namespace)::f'],
  [
    'void ns::(anonymous namespace)::f<ns::(anonymous namespace)::T>(int)',
    'ns::(anonymous namespace)::f<ns::(anonymous namespace)::T>',
    'ns::(anonymous namespace)::f',
  ],
  [
    'A::run(int) const::{lambda(int, B<int>)#2}::operator()(int, B<int>) const',
    'A::run::{lambda#2}::operator()',
    'A::run::{lambda#2}::operator()',
  ],
  ["f(int)::'lambda'(auto)::operator()<int>(int) const", "f::'lambda'::operator()<int>", "f::'lambda'::operator()"],
  [
    'std::__invoke<main::{lambda(int)#1}>(main::{lambda(int)#1}&&)',
    'std::__invoke<main::{lambda(int)#1}>',
    'std::__invoke',
  ],
  // Function pointers
  ['apply(void (*)(int), int)', 'apply', 'apply'],
  ['void std::for_each<A, void (*)(int)>(A, A, void (*)(int))', 'std::for_each<A, void (*)(int)>', 'std::for_each'],
  ['int (*make<int>(char))(double)', 'make<int>', 'make'],
  ['void g<&(operator< (A, A))>(A)', 'g<&(operator< (A, A))>', 'g'],
  // What compilers add
  ['f(int) [clone .constprop.0]', 'f [clone .constprop.0]', 'f [clone .constprop.0]'],
  ['ns::f(int) const [clone .cold]', 'ns::f [clone .cold]', 'ns::f [clone .cold]'],
  ['f(int) (.llvm.4711)', 'f (.llvm.4711)', 'f (.llvm.4711)'],
  ['std::to_string[abi:cxx11](int)', 'std::to_string[abi:cxx11]', 'std::to_string[abi:cxx11]'],
  ['non-virtual thunk to A<int>::f(int)', 'non-virtual thunk to A<int>::f', 'non-virtual thunk to A::f'],
  // Rust
  [
    'core::ptr::drop_in_place<alloc::vec::Vec<u8>>',
    'core::ptr::drop_in_place<alloc::vec::Vec<u8>>',
    'core::ptr::drop_in_place',
  ],
  ['shop::sum::<i32>', 'shop::sum::<i32>', 'shop::sum'],
  [
    '<alloc::vec::Vec<T,A> as core::iter::traits::collect::Extend<T>>::extend',
    '<alloc::vec::Vec<T,A> as core::iter::traits::collect::Extend<T>>::extend',
    '<alloc::vec::Vec as core::iter::traits::collect::Extend>::extend',
  ],
  ['<shop::Cart<u8>>::total', '<shop::Cart<u8>>::total', 'shop::Cart::total'],
  ['core::slice::<impl [T]>::sort', 'core::slice::<impl [T]>::sort', 'core::slice::<impl [T]>::sort'],
  ['shop::run::{{closure}}', 'shop::run::{{closure}}', 'shop::run::{{closure}}'],
  [
    '<F as core::ops::FnOnce<(A, B)>>::call_once',
    '<F as core::ops::FnOnce<(A, B)>>::call_once',
    '<F as core::ops::FnOnce>::call_once',
  ],
  [
    '<fn(u8) -> u8 as shop::Call<u8>>::call',
    '<fn(u8) -> u8 as shop::Call<u8>>::call',
    '<fn(u8) -> u8 as shop::Call>::call',
  ],
  // Others stay as they are
  ...[
    'net/http.(*conn).serve',
    'main.main.func1',
    'sort.Slice[go.shape.int]',
    '[libc.so.6]',
    'java.util.HashMap.get(K)',
  ].map((name) => [name, name, name] as const),
];

describe('names in fewer words', () => {
  test.each(NAMES)('%s', (full, parameters, templates) => {
    expect(shortenName(full, 'full')).toBe(full);
    expect(shortenName(full, 'no-parameters')).toBe(parameters);
    expect(shortenName(full, 'no-templates')).toBe(templates);
  });

  test.each(['f(int', 'f<int', 'f)(', 'a<b>>::c(', 'operator', 'operator<', '(', '<', '{', '<>', '()', 'f<(>)'])(
    'what is no name of C++ (%s) is left alone or cut, but never lost',
    (name) => {
      expect(shortenName(name, 'no-templates')).not.toBe('');
    },
  );

  test('whatever the text, something is left, and it is no longer', () => {
    const part = fc.constantFrom(...'(<{[)>}] ,:&*ab', '::', 'operator', 'operator<', 'const', 'decltype', "'lambda'");
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 30 }), (parts) => {
        const name = `f${parts.join('')}`;
        for (const style of ['no-parameters', 'no-templates'] as const) {
          const short = shortenName(name, style);
          expect(short).not.toBe('');
          expect(short.length).toBeLessThanOrEqual(name.length);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
