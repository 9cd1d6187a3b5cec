import { describe, expect, it } from 'vitest';
import { LabelFitter, lastComponent, withoutArguments } from '../src/ui/flame-canvas/label-fit.ts';

describe('names are shortened by what they are made of', () => {
  it.each([
    ['feed::Embedding::load(Span<const Id>, Table*)', 'feed::Embedding::load', 'load'],
    ['std::vector<int, std::allocator<int>>::push_back(int const&) const', 'std::vector::push_back', 'push_back'],
    ['net/http.(*conn).serve', 'net/http.(*conn).serve', 'serve'],
    ['<alloc::vec::Vec<T> as core::iter::Extend<T>>::extend', 'alloc::vec::Vec::extend', 'extend'],
    ['<core::fmt::Formatter>::pad_integral', 'core::fmt::Formatter::pad_integral', 'pad_integral'],
    ['<fn(A) -> B as core::ops::FnOnce<A>>::call_once', '<fn(A) -> B as core::ops::FnOnce<A>>::call_once', 'call_once'],
    ['<[T] as core::hash::Hash>::hash', '<[T] as core::hash::Hash>::hash', 'hash'],
    ['alloc::slice::<impl [T]>::sort_by::{{closure}}', 'alloc::slice::sort_by::{{closure}}', 'sort_by::{{closure}}'],
    [
      "RegExp:src: '[a-z0-9.]+@[a-z]' flags: 'g'",
      "RegExp:src: '[a-z0-9.]+@[a-z]' flags: 'g'",
      "RegExp:src: '[a-z0-9.]+@[a-z]' flags: 'g'",
    ],
    ['encoding/json.appendString[go.shape.string]', 'encoding/json.appendString', 'appendString'],
    ['std::vector<int>::operator[](unsigned long)', 'std::vector::operator[]', 'operator[]'],
    ['[libc.so.6]', '[libc.so.6]', '[libc.so.6]'],
    ['main.rankByPrice.func1', 'main.rankByPrice.func1', 'rankByPrice.func1'],
    ['main', 'main', 'main'],
    ['shop::Cart<int>::total(int) const:34', 'shop::Cart::total:34', 'total:34'],
    ['main.rankByPrice.func1:7', 'main.rankByPrice.func1:7', 'rankByPrice.func1:7'],
    ['/usr/include/c++/12/bits/stl_algo.h', '/usr/include/c++/12/bits/stl_algo.h', 'stl_algo.h'],
    ['shop/cart.cpp', 'shop/cart.cpp', 'cart.cpp'],
    ['libssl.so.3', 'libssl.so.3', 'libssl.so.3'],
    ['do_syscall_64', 'do_syscall_64', 'do_syscall_64'],
  ])('%s', (name, plain, last) => {
    expect(withoutArguments(name)).toBe(plain);
    expect(lastComponent(name)).toBe(last);
  });
});

describe('operators and returned types of C++ are told from brackets and names', () => {
  it.each([
    [
      'bool std::operator< <char, std::char_traits<char> >(std::string const&, std::string const&)',
      'std::operator<',
      'operator<',
    ],
    [
      'std::ostream& std::operator<< <std::char_traits<char> >(std::ostream&, char const*)',
      'std::operator<<',
      'operator<<',
    ],
    ['std::function<bool (int)>::operator()(int) const', 'std::function::operator()', 'operator()'],
    ['shop::Ptr<shop::Cart>::operator->() const', 'shop::Ptr::operator->', 'operator->'],
    ['auto shop::operator<=>(shop::Id, shop::Id)', 'shop::operator<=>', 'operator<=>'],
    ['std::map<int, int>::operator[](int&&)', 'std::map::operator[]', 'operator[]'],
    ['shop::Ratio operator/(shop::Ratio, int)', 'operator/', 'operator/'],
    ['shop::Cart::operator bool() const', 'shop::Cart::operator bool', 'operator bool'],
    ['shop::Cart::operator std::vector<int>() const', 'shop::Cart::operator std::vector', 'operator std::vector'],
    ['shop::Cart::operator char const*() const', 'shop::Cart::operator char const*', 'operator char const*'],
    ['operator new[](unsigned long)', 'operator new[]', 'operator new[]'],
    ['std::operator""s(char const*, unsigned long)', 'std::operator""s', 'operator""s'],
    ['shop::Cart::operator<(int):34', 'shop::Cart::operator<:34', 'operator<:34'],
    ['{lambda(int)#1}::operator()(int) const', '{lambda#1}::operator()', 'operator()'],
    [
      'shop::sum(int) const::{lambda({lambda(int)#1})#2}::operator()<int>(int) const',
      'shop::sum::{lambda#2}::operator()',
      'operator()',
    ],
    ["shop::sum(int)::'lambda'(int)::operator()(int) const", "shop::sum::'lambda'::operator()", 'operator()'],
    ['std::set<int, bool (*)(int, int), &(shop::operator<(int, int))>::find(int)', 'std::set::find', 'find'],
    ['int (*foo(int))(char)', 'foo', 'foo'],
    ['void (*shop::on(int, void (*)(int)))(int)', 'shop::on', 'on'],
    ['decltype(auto) f<int>(int)', 'f', 'f'],
    ['decltype ((declval<int>)()) shop::f<int>(int) const &', 'shop::f', 'f'],
    ['unsigned long geometry::mix<unsigned long>(unsigned long, int)', 'geometry::mix', 'mix'],
    [
      '__gnu_cxx::__normal_iterator<int*, std::vector<int> > std::__find_if<int*>(int*, int*)',
      'std::__find_if',
      '__find_if',
    ],
    ['void (anonymous namespace)::run<int>(std::string)', '(anonymous namespace)::run', 'run'],
    ['non-virtual thunk to shop::Cart::total()', 'non-virtual thunk to shop::Cart::total', 'total'],
    ['shop::Cart::total(int) [clone .cold]', 'shop::Cart::total [clone .cold]', 'total [clone .cold]'],
  ])('%s', (name, plain, last) => {
    expect(withoutArguments(name)).toBe(plain);
    expect(lastComponent(name)).toBe(last);
  });

  it.each([
    ['void java.util.HashMap.put(int)', 'void java.util.HashMap.put', 'put'],
    ['main.Map[go.shape.int].func1', 'main.Map.func1', 'Map.func1'],
    ['Socket.<anonymous> (node:net:12)', 'Socket.<anonymous> (node:net:12)', '<anonymous> (node:net:12)'],
    ['core::ptr::drop_in_place<dyn core::ops::Fn(A) -> B>', 'core::ptr::drop_in_place', 'drop_in_place'],
    ['(garbage collector)', '(garbage collector)', '(garbage collector)'],
  ])('%s of other languages stays as it is', (name, plain, last) => {
    expect(withoutArguments(name)).toBe(plain);
    expect(lastComponent(name)).toBe(last);
  });
});

describe('LabelFitter', () => {
  const fitter = new LabelFitter(['feed::Scorer::dot(Matrix)', 'dispatch'], () => 10);
  it('drops arguments, then qualifiers, then the end, then everything', () => {
    expect([250, 249, 169, 30, 29].map((room) => fitter.fit(0, room))).toEqual([
      'feed::Scorer::dot(Matrix)',
      'feed::Scorer::dot',
      'dot',
      'dot',
      '',
    ]);
    expect([80, 79, 40, 39].map((room) => fitter.fit(1, room))).toEqual(['dispatch', 'dispat…', 'dis…', '']);
  });
});
