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
