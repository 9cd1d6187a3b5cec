// Recursion, closures, collections, formatting, threads, and panics that are caught.
use std::collections::{BTreeMap, HashMap};
use std::panic::{catch_unwind, resume_unwind, set_hook};
use std::thread;

enum Tree {
    Leaf(u64),
    Node(Box<Tree>, Box<Tree>),
}

fn grow(depth: u32, seed: u64) -> Tree {
    let next = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
    if depth == 0 || next % 11 == 0 {
        return Tree::Leaf(next);
    }
    Tree::Node(Box::new(grow(depth - 1, next)), Box::new(grow(depth - 1, next ^ 0x5555)))
}

fn fold(tree: &Tree, f: &dyn Fn(u64, u64) -> u64) -> u64 {
    match tree {
        Tree::Leaf(value) => f(*value, 1),
        Tree::Node(left, right) => f(fold(left, f), fold(right, f)),
    }
}

#[inline(never)]
fn panic_at(depth: u32, held: &mut Vec<String>) -> usize {
    held.push(format!("level {depth}"));
    if depth == 0 {
        let empty: &[usize] = &held[..0].iter().map(String::len).collect::<Vec<_>>();
        return empty[held.len()];
    }
    let mut inner = vec![depth.to_string(); 3];
    panic_at(depth - 1, held) + panic_at(0, &mut inner)
}

fn words(seed: u64) -> usize {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for i in 0..2_000 {
        *counts.entry(format!("word-{}", (seed.wrapping_mul(i + 1)) % 313)).or_default() += 1;
    }
    let mut sorted: Vec<_> = counts.into_iter().collect();
    sorted.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let lengths: BTreeMap<usize, Vec<&str>> = sorted.iter().fold(BTreeMap::new(), |mut map, (word, count)| {
        map.entry(*count).or_insert_with(Vec::new).push(word);
        map
    });
    lengths.values().map(Vec::len).max().unwrap_or(0)
}

fn turn(seed: u64) -> u64 {
    let tree = grow(13, seed);
    let offset = seed % 7;
    let sum = fold(&tree, &|a, b| a.rotate_left(5) ^ b.wrapping_add(offset));
    let caught = (0..20).filter(|i| catch_unwind(|| panic_at(*i, &mut Vec::new())).is_err()).count();
    let again = catch_unwind(|| if let Err(cause) = catch_unwind(|| panic_at(3, &mut Vec::new())) { resume_unwind(cause) });
    sum.wrapping_add((caught + words(seed) + usize::from(again.is_err())) as u64)
}

fn main() {
    set_hook(Box::new(|_| {}));
    let mut seed = 88_172_645_463_325_252;
    loop {
        seed = turn(seed);
        let inner = thread::spawn(move || turn(seed ^ 1));
        seed ^= inner.join().unwrap_or(0) | 1;
    }
}
