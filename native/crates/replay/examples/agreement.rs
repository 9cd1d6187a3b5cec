//! Compares the walk with gdb on many programs: `cargo run --release -p strata-replay --example agreement -- [--stops N] [--seed N]
//! [--record FOLDER] [PROGRAM…]`. N is per program. Prints every class of disagreement with an example, and the figures.

use std::collections::BTreeMap;
use std::path::PathBuf;

use strata_replay::agreement::{Corpus, Coverage, Disagreement, Figures, Tables, run_program};

struct Options {
    stops: usize,
    seed: u64,
    record: Option<PathBuf>,
    programs: Vec<String>,
}

fn options() -> Option<Options> {
    let mut options = Options {
        stops: 1000,
        seed: 1,
        record: None,
        programs: Vec::new(),
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--stops" => options.stops = words.next()?.parse().ok()?,
            "--seed" => options.seed = words.next()?.parse().ok()?,
            "--record" => options.record = Some(words.next()?.into()),
            _ if word.starts_with('-') => return None,
            _ => options.programs.push(word),
        }
    }
    Some(options)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Some(options) = options() else {
        return Err("usage: agreement [--stops N] [--seed N] [--record FOLDER] [PROGRAM…]".into());
    };
    let corpus = Corpus::make(&options.programs)?;
    let mut tables = Tables::new();
    let mut all: Vec<(&str, Figures)> = Vec::new();
    println!(
        "program                   stops  places  frames  undecided    agree  complete  seconds"
    );
    for program in &corpus.programs {
        let begin = std::time::Instant::now();
        let (stops, seed) = (options.stops, options.seed);
        match run_program(program, stops, seed, &corpus.folder, &mut tables) {
            Ok(figures) => {
                print_line(program.name, &figures, begin.elapsed().as_secs_f64());
                all.push((program.name, figures));
            }
            Err(error) => println!("{:24} {error}", program.name),
        }
    }
    for name in &corpus.missing {
        println!("{name:24} is not on this machine");
    }
    print_coverage(&all);
    print_classes(&all);
    let stops: usize = all.iter().map(|(_, figures)| figures.decided()).sum();
    let agreeing: usize = all.iter().map(|(_, figures)| figures.agreeing).sum();
    let wrong = all
        .iter()
        .flat_map(|(_, figures)| &figures.disagreements)
        .filter(|disagreement| disagreement.is_complete)
        .count();
    println!(
        "\n{agreeing} of {stops} chains are gdb's: {:.3} %. {wrong} others claim to be complete.",
        agreeing as f64 * 100.0 / stops as f64
    );
    if let Some(folder) = options.record {
        std::fs::create_dir_all(&folder)?;
        for (name, figures) in &all {
            for (number, disagreement) in figures.disagreements.iter().enumerate() {
                let path = folder.join(format!("{name}-{number}.txt"));
                std::fs::write(path, disagreement.case.to_string())?;
            }
        }
    }
    Ok(())
}

fn print_line(name: &str, figures: &Figures, seconds: f64) {
    let cut: usize = figures.cut.values().sum();
    let share = |part: usize| part as f64 * 100.0 / figures.decided() as f64;
    println!(
        "{name:24} {:6} {:7} {:7} {:10} {:7.2}% {:8.2}% {seconds:8.1}",
        figures.stops,
        figures.places.len(),
        figures.frames,
        figures.undecided.len(),
        share(figures.agreeing),
        share(figures.agreeing - cut),
    );
}

fn print_coverage(all: &[(&str, Figures)]) {
    let mut coverage = Coverage::default();
    for (_, figures) in all {
        coverage.merge(&figures.coverage);
    }
    println!("\nWhat was compared:");
    for (sort, count) in &coverage.counts {
        println!("{count:8} {sort}");
    }
}

fn print_classes(all: &[(&str, Figures)]) {
    let mut cut: BTreeMap<&str, usize> = BTreeMap::new();
    let mut astray: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, figures) in all {
        for (class, count) in &figures.cut {
            *cut.entry(class).or_default() += count;
        }
        for (class, count) in &figures.gdb_astray {
            *astray.entry(class).or_default() += count;
        }
    }
    println!("\ngdb goes on to what is no code (compared up to there), behind");
    for (class, count) in astray {
        println!("{count:6} {class}");
    }
    println!("\nThe same chain, but the walk says that it is cut off:");
    for (class, count) in cut {
        println!("{count:6} {class}");
    }
    println!("\nThe walk goes on where gdb has gone to what is no code:");
    print_examples(all.iter().flat_map(|(_, figures)| &figures.undecided));
    println!("\nDifferent chains:");
    print_examples(all.iter().flat_map(|(_, figures)| &figures.disagreements));
}

/// Each class once, with its number and an example; those of stacks that claim to be complete first.
fn print_examples<'a>(disagreements: impl Iterator<Item = &'a Disagreement>) {
    let mut classes: BTreeMap<(bool, &str), Vec<&Disagreement>> = BTreeMap::new();
    for disagreement in disagreements {
        let class = (!disagreement.is_complete, disagreement.class.as_str());
        classes.entry(class).or_default().push(disagreement);
    }
    for disagreements in classes.values() {
        println!("{:6} {}", disagreements.len(), disagreements[0].evidence);
    }
}
