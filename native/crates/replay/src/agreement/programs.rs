use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

use strata_definitions::{INTERRUPTED_BIT, OUTCOME_COMPLETE, UNWIND_KIND_LANDING, UnwindRule};
use strata_unwind::{Machine, describe};

use crate::agreement::chains::{Difference, Verdict, compare};
use crate::agreement::corpus::Program;
use crate::agreement::coverage::Coverage;
use crate::agreement::places::Places;
use crate::agreement::process::{Process, Tables};
use crate::agreement::record::record;
use crate::agreement::session::{Answer, Event, Session, Stop};
use crate::case::Case;
use crate::outcome::outcome_name;
use crate::walk::{Walked, walk};

/// Frames of each chain from the difference on: that are named, and that the evidence has.
const NAMED: usize = 32;
const SHOWN: usize = 5;

/// Reasons for which a chain of gdb's ends that say nothing against it (`unwind_stop_reasons.def`): none, and two of an
/// outermost frame; and that it is as long as is asked for.
const GDB_ENDS: [&str; 4] = ["0", "1", "2", "most"];

/// A stop at which the walk and gdb differ.
#[derive(Clone, Debug)]
pub struct Disagreement {
    pub difference: Difference,
    pub is_complete: bool,
    /// An exception is on its way to a handler, and the walk goes on there: in a function that gdb has further out, unless gdb
    /// goes astray in the frame that the unwinder overwrites.
    pub lands: bool,
    /// What all of its class have in common: difference, outcome, and the frame from which on they differ.
    pub class: String,
    /// Both chains around the difference.
    pub evidence: String,
    pub case: Case,
}

/// What became of a program's stops.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    pub stops: usize,
    /// The same chain as gdb's.
    pub agreeing: usize,
    /// Of these: the walk's outcome says that it was cut off, by outcome and by the file of the last frame.
    pub cut: BTreeMap<String, usize>,
    /// The walk goes on where gdb has gone to what is no code, or at the handler of an exception whose unwinder overwrites its own
    /// frame.
    pub undecided: Vec<Disagreement>,
    /// Chains of gdb's that go on to addresses in no code, which are no frames, by the last frame that is one. Compared up to there.
    pub gdb_astray: BTreeMap<String, usize>,
    pub disagreements: Vec<Disagreement>,
    /// Different addresses at which the program was stopped.
    pub places: BTreeSet<u64>,
    /// Frames compared.
    pub frames: usize,
    pub coverage: Coverage,
}

impl Figures {
    /// Stops at which gdb's chain says something.
    pub fn decided(&self) -> usize {
        self.stops - self.undecided.len()
    }
}

/// Runs a program under gdb and compares at every stop. `tables` are kept for the next program.
pub fn run_program(
    program: &Program,
    stops: usize,
    seed: u64,
    folder: &Path,
    tables: &mut Tables,
) -> io::Result<Figures> {
    let mut session = Session::start(program, stops, seed, folder)?;
    let mut figures = Figures::default();
    let mut places = Places::new(seed);
    let mut process = None;
    loop {
        match session.wait()? {
            Event::End(_) => return Ok(figures),
            Event::Places => {
                let found = process.as_ref().map(|process| places.choose(process));
                session.answer(&Answer::Places(&found.unwrap_or_default()))?;
            }
            Event::Stop(stop) => {
                let now = process.insert(Process::look(stop.pid, tables)?);
                places.saw(&stop.chain);
                figures.add(&stop, now, &mut session)?;
            }
        }
    }
}

impl Figures {
    fn add(&mut self, stop: &Stop, process: &Process, session: &mut Session) -> io::Result<()> {
        let walked = walk(&stop.registers, &process.mappings(), |address, to| {
            process.read(address, to)
        });
        self.stops += 1;
        self.frames += stop.chain.len();
        self.places.insert(stop.registers.ip);
        self.coverage.add(&walked, process);
        let chain = in_code(&stop.chain, process);
        let verdict = compare(&walked, chain);
        if chain.len() < stop.chain.len() && stop.chain[chain.len()] != 0 {
            let last = chain.last().copied().unwrap_or_default();
            let class = place_text(process, last);
            *self.gdb_astray.entry(class).or_default() += 1;
            if let Verdict::Differs { difference, at } = verdict
                && difference == Difference::GoesFurther
                && at == chain.len()
            {
                self.undecided
                    .push(judge(stop, process, &walked, difference, at, session)?);
                return Ok(());
            }
        }
        match verdict {
            Verdict::Agrees { is_complete } => {
                self.agreeing += 1;
                if !is_complete {
                    let last = walked.addresses.last().copied().unwrap_or_default();
                    let class = format!(
                        "{} at {}, gdb: {}",
                        outcome_name(walked.outcome),
                        place_text(process, last),
                        stop.reason
                    );
                    *self.cut.entry(class).or_default() += 1;
                }
                session.answer(&Answer::GoOn)
            }
            Verdict::Differs { difference, at } => {
                let disagreement = judge(stop, process, &walked, difference, at, session)?;
                let list = if disagreement.lands {
                    &mut self.undecided
                } else {
                    &mut self.disagreements
                };
                list.push(disagreement);
                Ok(())
            }
        }
    }
}

fn judge(
    stop: &Stop,
    process: &Process,
    walked: &Walked,
    difference: Difference,
    at: usize,
    session: &mut Session,
) -> io::Result<Disagreement> {
    // From the frame before the last that is common on.
    let from = at.saturating_sub(2);
    let part = |chain: &[u64]| -> Vec<u64> {
        let part = chain.iter().skip(from).take(NAMED);
        part.map(|address| address & !(1 << INTERRUPTED_BIT))
            .collect()
    };
    let (ours, theirs) = (part(&walked.addresses), part(&stop.chain));
    let mut asked = ours.clone();
    asked.extend(&theirs);
    let names = session.names_of(&asked)?;
    let line = |(address, name): (&u64, &String)| {
        format!("    {name} ({})\n", place_text(process, *address))
    };
    let outcome = outcome_name(walked.outcome);
    let last = at.saturating_sub(1) - from;
    let unwound = ours.get(last).copied().unwrap_or_default();
    let name = names.get(last).map_or("?", String::as_str);
    let symbol = symbol_of(name);
    let file = process
        .region_of(unwound)
        .map_or("no code", |region| &region.name);
    let class = format!("{difference:?} {outcome} at {symbol} of {file}");
    let (our_names, their_names) = names.split_at(ours.len().min(names.len()));
    let our_lines: String = ours.iter().zip(our_names).take(SHOWN).map(line).collect();
    let their_lines: String = theirs
        .iter()
        .zip(their_names)
        .take(SHOWN)
        .map(line)
        .collect();
    let is_return = at > 1;
    let rule_at = unwound - u64::from(is_return);
    let handler = our_names.get(at - from).map(|name| symbol_of(name));
    let is_landing =
        rule(process, rule_at).is_some_and(|rule| rule.kind == UNWIND_KIND_LANDING as u8);
    let has_handler = their_names
        .iter()
        .any(|name| Some(symbol_of(name)) == handler);
    let is_astray = in_code(&stop.chain, process).len() < stop.chain.len()
        || !GDB_ENDS.contains(&stop.reason.as_str());
    let evidence = format!(
        "{class}\n  frame {} of {} (gdb: {}, {})\n  rule {}\n  ours:\n{our_lines}  gdb:\n{their_lines}",
        at.saturating_sub(1),
        walked.addresses.len(),
        stop.chain.len(),
        stop.reason,
        rule_text(process, rule_at),
    );
    Ok(Disagreement {
        difference,
        is_complete: walked.outcome == OUTCOME_COMPLETE,
        lands: is_landing && (has_handler || is_astray),
        case: record(stop, process, &evidence),
        class,
        evidence,
    })
}

/// The chain up to the first address that lies in no executable memory: no caller of anything, but what gdb makes of a stack where
/// it has no unwind information and guesses. Where a program jumped itself may be anywhere.
fn in_code<'a>(chain: &'a [u64], process: &Process) -> &'a [u64] {
    let is_code = |address: &u64| {
        let plain = address & !(1 << INTERRUPTED_BIT);
        process.region_of(plain).is_some()
    };
    let callers = chain.iter().skip(1).take_while(|address| is_code(address));
    &chain[..chain.len().min(1 + callers.count())]
}

/// The file and the offset in it.
fn place_text(process: &Process, address: u64) -> String {
    match process.region_of(address) {
        None => format!("{address:x} in no code"),
        Some(region) => format!("{} {:x}", region.name, region.offset_of(address)),
    }
}

/// `function` of `function_+_12_.text_of_file`.
fn symbol_of(name: &str) -> &str {
    name.split('+').next().unwrap_or(name).trim_end_matches('_')
}

fn rule(process: &Process, address: u64) -> Option<UnwindRule> {
    let region = process.region_of(address)?;
    let file = region.file.as_ref()?;
    Some(file.rows.lookup(region.offset_of(address)))
}

fn rule_text(process: &Process, address: u64) -> String {
    match (process.region_of(address), rule(process, address)) {
        (None, _) => "none: no code".to_owned(),
        (_, None) => "none: frame pointer".to_owned(),
        (_, Some(rule)) => describe(&rule, Machine::X86_64),
    }
}
