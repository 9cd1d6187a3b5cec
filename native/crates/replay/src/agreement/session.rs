use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use strata_definitions::INTERRUPTED_BIT;

use crate::agreement::corpus::Program;
use crate::walk::{GENERAL_REGISTERS, Registers};

/// gdb needs seconds to read the symbols of a large program.
const START_MOST: Duration = Duration::from_secs(60);
/// One run until the next stop, and one chain of 600 frames, take milliseconds. Then the program is interrupted: it may wait for
/// another of its threads, which stands still while this one is stepped.
const WAIT: Duration = Duration::from_secs(2);
const INTERRUPTIONS_MOST: usize = 30;

/// A program stopped by gdb, which waits for an answer.
#[derive(Clone, Debug)]
pub struct Stop {
    pub pid: u32,
    pub registers: Registers,
    /// gdb's, innermost first; with INTERRUPTED_BIT where `Walked` has it.
    pub chain: Vec<u64>,
    /// Why gdb's chain ends: a number of `unwind_stop_reasons.def`, `error:…`, or `most`.
    pub reason: String,
}

/// What gdb tells; every one but `End` waits for an answer.
#[derive(Clone, Debug)]
pub enum Event {
    Stop(Stop),
    Places,
    End(String),
}

pub enum Answer<'a> {
    GoOn,
    Places(&'a [u64]),
}

/// gdb with gdb/stops.py, and the socket between them. Dropping it ends gdb, and gdb ends the program.
pub struct Session {
    gdb: Child,
    lines: BufReader<UnixStream>,
    socket: PathBuf,
    /// The program's, as the last stop told it.
    pid: Option<u32>,
}

impl Session {
    /// Starts gdb on a program. `folder` is for the socket.
    pub fn start(program: &Program, stops: usize, seed: u64, folder: &Path) -> io::Result<Self> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("gdb/stops.py");
        let socket = folder.join(format!("gdb-{}-{seed}", program.name));
        let listener = UnixListener::bind(&socket)?;
        let plan = format!(
            "{{\"socket\":{socket:?},\"arguments\":{:?},\"stops\":{stops},\"seed\":{seed}}}",
            program.arguments
        );
        let log_path = folder.join(format!("gdb-{}.log", program.name));
        let log = std::fs::File::create(&log_path)?;
        let mut gdb = Command::new("gdb")
            .args(["-batch", "-nx", "-x"])
            .arg(script)
            .arg(&program.executable)
            .env("STOPS_PLAN", plan)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        let stream = accept(&listener, &mut gdb)?.ok_or_else(|| {
            let log = std::fs::read_to_string(&log_path).unwrap_or_default();
            io::Error::other(format!("gdb did not run its script: {log}"))
        })?;
        stream.set_read_timeout(Some(WAIT))?;
        Ok(Self {
            gdb,
            lines: BufReader::new(stream),
            socket,
            pid: None,
        })
    }

    pub fn wait(&mut self) -> io::Result<Event> {
        let line = self.line()?;
        let (kind, rest) = line.split_once(' ').unwrap_or((&line, ""));
        match kind {
            "stop" => parse_stop(rest).map(|stop| {
                self.pid = Some(stop.pid);
                Event::Stop(stop)
            }),
            "places" => Some(Event::Places),
            "end" => Some(Event::End(rest.to_owned())),
            _ => None,
        }
        .ok_or_else(|| io::Error::other(format!("gdb said what is not understood: {line}")))
    }

    pub fn answer(&mut self, answer: &Answer<'_>) -> io::Result<()> {
        match answer {
            Answer::GoOn => self.tell("go"),
            Answer::Places(places) => self.tell(&with_numbers("places", places)),
        }
    }

    /// What gdb calls these addresses. Answers a stop.
    pub fn names_of(&mut self, addresses: &[u64]) -> io::Result<Vec<String>> {
        self.tell(&with_numbers("name", addresses))?;
        let line = self.line()?;
        Ok(line.split(' ').skip(1).map(str::to_owned).collect())
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = Vec::new();
        for _ in 0..INTERRUPTIONS_MOST {
            match self.lines.read_until(b'\n', &mut line) {
                Ok(0) => return Err(io::Error::other("gdb ended before its work was done")),
                Ok(_) => return Ok(String::from_utf8_lossy(&line).trim_end().to_owned()),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.interrupt()?,
                Err(error) => return Err(error),
            }
        }
        Err(io::Error::other("gdb does not answer any more"))
    }

    fn interrupt(&self) -> io::Result<()> {
        let Some(pid) = self.pid else { return Ok(()) };
        let mut kill = Command::new("kill");
        kill.arg("-INT").arg(pid.to_string()).stderr(Stdio::null());
        kill.status().map(|_| ())
    }

    fn tell(&mut self, line: &str) -> io::Result<()> {
        self.lines
            .get_mut()
            .write_all(format!("{line}\n").as_bytes())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.gdb.kill();
        let _ = self.gdb.wait();
        let _ = std::fs::remove_file(&self.socket);
    }
}

/// The script's connection; `None` when gdb ends before.
fn accept(listener: &UnixListener, gdb: &mut Child) -> io::Result<Option<UnixStream>> {
    listener.set_nonblocking(true)?;
    let begin = Instant::now();
    while begin.elapsed() < START_MOST {
        match listener.accept() {
            Ok((stream, _)) => {
                stream.set_nonblocking(false)?;
                return Ok(Some(stream));
            }
            Err(error) if error.kind() != io::ErrorKind::WouldBlock => return Err(error),
            Err(_) if gdb.try_wait()?.is_some() => break,
            Err(_) => std::thread::sleep(Duration::from_millis(20)),
        }
    }
    Ok(None)
}

fn with_numbers(word: &str, numbers: &[u64]) -> String {
    let numbers: String = numbers
        .iter()
        .map(|number| format!(" {number:x}"))
        .collect();
    format!("{word}{numbers}")
}

/// `PID REGISTERS REASON CHAIN`
fn parse_stop(text: &str) -> Option<Stop> {
    let mut words = text.split(' ');
    let pid = words.next()?.parse().ok()?;
    let values: Option<Vec<u64>> = words.next()?.split(',').map(hex).collect();
    let values = values?;
    let (general, behind) = values.split_first_chunk::<GENERAL_REGISTERS>()?;
    let &[ip, thread_pointer] = behind else {
        return None;
    };
    let reason = words.next()?.to_owned();
    Some(Stop {
        pid,
        registers: Registers {
            ip,
            general: *general,
            thread_pointer,
        },
        chain: parse_chain(words.next()?)?,
        reason,
    })
}

/// What a frame with the mark of a signal's returns to was interrupted.
fn parse_chain(text: &str) -> Option<Vec<u64>> {
    let mut interrupted = 0;
    text.split(',')
        .map(|word| {
            let address = hex(word.trim_start_matches('s'))? | interrupted;
            interrupted = u64::from(word.starts_with('s')) << INTERRUPTED_BIT;
            Some(address)
        })
        .collect()
}

fn hex(text: &str) -> Option<u64> {
    u64::from_str_radix(text, 16).ok()
}
