//! A Rust program with frames of every kind: closures, trait objects, panics that are caught, deep recursion, sorting, formatting.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;
use std::hint::black_box;
use std::panic::catch_unwind;

trait Shape {
    fn area(&self, depth: u32) -> f64;
}

struct Square(f64);
struct Group(Vec<Box<dyn Shape>>);

impl Shape for Square {
    #[inline(never)]
    fn area(&self, depth: u32) -> f64 {
        self.0 * self.0 + f64::from(depth)
    }
}

impl Shape for Group {
    #[inline(never)]
    fn area(&self, depth: u32) -> f64 {
        self.0.iter().map(|shape| shape.area(depth + 1)).sum()
    }
}

#[inline(never)]
fn deep(depth: u32) -> u64 {
    let room = black_box([depth; 9]);
    if depth == 0 {
        return panics_caught(3);
    }
    deep(depth - 1) + u64::from(room[3])
}

#[inline(never)]
fn panics_caught(n: usize) -> u64 {
    let numbers = black_box(vec![1u64, 2, 3]);
    catch_unwind(|| numbers[n]).unwrap_or(7)
}

fn main() {
    std::panic::set_hook(Box::new(|_| {}));
    let worker = std::thread::spawn(|| loop {
        let mut numbers: Vec<u64> = (0..500).map(|n| n * 2_654_435_761 % 1009).collect();
        numbers.sort_by(|a, b| b.cmp(a));
        numbers.sort_unstable_by_key(|n| n % 17);
        black_box(numbers);
    });
    for turn in 0u64.. {
        let group = Group(vec![
            Box::new(Square(turn as f64)),
            Box::new(Group(vec![Box::new(Square(2.0))])),
        ]);
        black_box(group.area(0));
        black_box(deep(if turn % 8 == 0 { 60 } else { 6 }));
        let mut text = String::new();
        for n in 0..20u64 {
            write!(text, "{n:>5} {:?} {:.3}", Some(n), n as f64 / 3.0).unwrap();
        }
        let words: HashMap<&str, usize> = text.split(' ').map(|word| (word, word.len())).collect();
        let sorted: BTreeMap<_, _> = words.into_iter().collect();
        black_box(sorted);
        black_box(std::time::Instant::now());
    }
    worker.join().unwrap();
}
