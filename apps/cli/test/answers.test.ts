import { expect, test } from 'vitest';
import { wordsAsMembers } from '../src/unwind/answers.ts';

test('every form of a rule in words has members of its own', () => {
  const cases = [
    ['cfa=rsp+48 ra=[cfa-8] rbp=same', '"cfa":"rsp+48","ra":"[cfa-8]","rbp":"same"'],
    ['cfa=[rbp-8]+0 ra=[cfa-8] rbp=[rbp+0]', '"cfa":"[rbp-8]+0","ra":"[cfa-8]","rbp":"[rbp+0]"'],
    ['cfa=rsp+8 plt=11 ra=[cfa-8] rbp=same', '"cfa":"rsp+8","plt":"11","ra":"[cfa-8]","rbp":"same"'],
    ['cfa=sp+16 ra=x30 x29=undefined', '"cfa":"sp+16","ra":"x30","x29":"undefined"'],
    ['cfa=rbp+16 other-stack ra=[cfa-8] rbp=same', '"cfa":"rbp+16","kind":"other-stack","ra":"[cfa-8]","rbp":"same"'],
    [
      'cfa=[rbp-544] landing ra=[rbp-536] rbp=[rbp+0]',
      '"cfa":"[rbp-544]","kind":"landing","ra":"[rbp-536]","rbp":"[rbp+0]"',
    ],
    ['goroutine g=[thread-8] m=[g+48] sp=+56', '"kind":"goroutine","g":"[thread-8]","m":"[g+48]","sp":"+56"'],
    ['signal-frame context=rsp+0', '"kind":"signal-frame","context":"rsp+0"'],
    ['end-of-stack', '"end":"end-of-stack"'],
    ['no-rule', '"end":"no-rule"'],
  ];
  expect(cases.map(([words]) => wordsAsMembers(words!))).toEqual(cases.map(([, members]) => members));
});
