use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What gdb runs.
#[derive(Clone, Debug)]
pub struct Program {
    pub name: &'static str,
    pub executable: PathBuf,
    /// As a shell reads them.
    pub arguments: String,
}

/// Programs of this machine, and some made for the purpose, in a folder that is removed with it.
pub struct Corpus {
    pub folder: PathBuf,
    pub programs: Vec<Program>,
    /// Those that this machine lacks.
    pub missing: Vec<&'static str>,
}

/// Name, executable, arguments; what is written here they find in their folder, which stands for `@`.
const OF_THIS_MACHINE: [(&str, &str, &str); 12] = [
    ("ls", "/bin/ls", "-lR /usr/lib /usr/share > /dev/null"),
    (
        "openssl",
        "/usr/bin/openssl",
        "speed -seconds 1 rsa2048 ecdsap256 ecdhx25519 ed25519 sha1 sha256 sha512 md5 ghash > /dev/null 2>&1",
    ),
    (
        "openssl-evp",
        "/usr/bin/openssl",
        "speed -seconds 1 -evp chacha20-poly1305 > /dev/null 2>&1",
    ),
    (
        "openssl-aes-gcm",
        "/usr/bin/openssl",
        "speed -seconds 1 -evp aes-128-gcm > /dev/null 2>&1",
    ),
    ("python", "/usr/bin/python3", "@/work.py > /dev/null"),
    ("perl", "/usr/bin/perl", "@/work.pl > /dev/null"),
    (
        "sqlite",
        "/usr/bin/sqlite3",
        ":memory: < @/work.sql > /dev/null",
    ),
    (
        "clang",
        "/usr/bin/clang++-19",
        "-O2 -c -o /dev/null @/work.cpp 2> /dev/null",
    ),
    ("xz", "/usr/bin/xz", "-9 -c /usr/bin/gdb > /dev/null"),
    (
        "bash",
        "/bin/bash",
        "-c 'while :; do x=$((RANDOM % 99)); a[$x]=${a[x]/1/$x}; printf -v t %05d $x; [[ $t =~ ^0+(.*)$ ]]; done'",
    ),
    ("node", "/usr/bin/node", "@/work.js > /dev/null"),
    (
        "gcc",
        "@/cc1plus",
        "-quiet -O2 -o /dev/null @/work.cpp > /dev/null 2>&1",
    ),
];

/// Name, and the command that makes it: `$S` are sources, `$O` is the program.
const MADE: [(&str, &str); 9] = [
    ("frames", "g++ -O2 -z lazy -o $O $S/frames.cpp -lpthread"),
    (
        "frames-unoptimized",
        "g++ -O0 -z lazy -fcf-protection -o $O $S/frames.cpp -lpthread",
    ),
    (
        "frames-small",
        "g++ -Os -z lazy -o $O $S/frames.cpp -lpthread",
    ),
    (
        "frames-static",
        "g++ -O3 -static -o $O $S/frames.cpp -lpthread",
    ),
    (
        "frames-clang",
        "clang++-19 -O2 -z lazy -o $O $S/frames.cpp -lpthread",
    ),
    (
        "frames-gold",
        "g++ -O2 -fuse-ld=gold -o $O $S/frames.cpp -lpthread",
    ),
    ("frames-go", "go build -o $O $S/frames.go"),
    (
        "frames-rust",
        "rustc -O -C strip=debuginfo -o $O $S/frames.rs",
    ),
    (
        "frames-rust-unoptimized",
        "rustc -C debuginfo=0 -o $O $S/frames.rs",
    ),
];

/// Of these gdb knows too little: it does not see through a JIT's frames, and guesses where goroutines end.
const ONLY_WHEN_NAMED: [&str; 2] = ["node", "frames-go"];

const FILES: [(&str, &str); 5] = [
    (
        "work.py",
        "import json, re, time, random\nwhile True:\n  t = json.dumps([{str(n): [n, n / 3, None]} for n in range(200)])\n  \
         json.loads(t); re.findall(r'(\\d+)\\.(\\d)', t); sorted(t, key=lambda c: -ord(c)); time.time()\n  \
         d = {random.random(): n for n in range(500)}; exec('x = [n ** 2 for n in range(99)]')\n",
    ),
    (
        "work.pl",
        "while (1) { my %h; for my $n (1..300) { $h{sprintf('%d-%.2f', $n, $n / 7)} = [$n, \"x$n\"]; } \
         my $t = join(',', sort { $h{$a}[0] <=> $h{$b}[0] } keys %h); $t =~ s/(\\d+)-(\\d+)/$2$1/g; \
         my @m = $t =~ /((?:\\d|,)+?\\.)/g; eval { die { n => 1 } }; }\n",
    ),
    (
        "work.js",
        "for (;;) { const o = {}; for (let n = 0; n < 300; n++) o['k' + n] = [n, n / 3, new Date(n)]; \
         const t = JSON.stringify(o); JSON.parse(t); t.replace(/(\\d+)\\.(\\d)/g, '$2$1').split(',').sort(); \
         try { [1, 2, 3].map((x) => { throw new Error(x) }) } catch {} new Map(Object.entries(o)).forEach(() => {}); }\n",
    ),
    (
        "work.sql",
        "create table t(a, b, c); create index i on t(b);\n\
         with recursive n(x) as (select 1 union all select x + 1 from n where x < 60000)\n\
         insert into t select x, abs(random()) % 1000, hex(randomblob(8)) from n;\n\
         select b, count(*), group_concat(substr(c, 1, 3)) from t group by b order by 2 desc, 1;\n\
         select count(*) from t x join t y on x.b = y.b where x.c < y.c and x.c like '%A%B%';\n",
    ),
    (
        "work.cpp",
        "#include <regex>\n#include <map>\n#include <functional>\n#include <iostream>\n#include <algorithm>\n\
         template <int N> struct F { static long f(std::map<int, std::function<long(long)>> &m) { m[N] = [](long x) \
         { return x * N; }; return F<N - 1>::f(m) + m[N](N); } };\n\
         template <> struct F<0> { static long f(std::map<int, std::function<long(long)>> &) { return 0; } };\n\
         int main() { std::map<int, std::function<long(long)>> m; std::regex r(\"(a|b)*c\"); std::cout << F<60>::f(m) \
         << std::regex_match(\"abc\", r); }\n",
    ),
];

impl Corpus {
    /// Makes the programs that are named, or else all of which gdb can say something. The error is that of the folder.
    pub fn make(names: &[String]) -> io::Result<Self> {
        let folder = std::env::temp_dir().join(format!("strata-agreement-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        let mut corpus = Self {
            folder,
            programs: Vec::new(),
            missing: Vec::new(),
        };
        for (name, text) in FILES {
            fs::write(corpus.folder.join(name), text)?;
        }
        let is_wanted = |name: &str| match names {
            [] => !ONLY_WHEN_NAMED.contains(&name),
            names => names.iter().any(|wanted| wanted == name),
        };
        for (name, command) in MADE.iter().filter(|(name, _)| is_wanted(name)) {
            let executable = corpus.folder.join(name);
            match compile(command, &executable) {
                true => corpus.add(name, executable, "x > /dev/null"),
                false => corpus.missing.push(name),
            }
        }
        for (name, executable, arguments) in OF_THIS_MACHINE {
            if is_wanted(name) {
                match corpus.find(executable) {
                    Some(executable) => corpus.add(name, executable, arguments),
                    None => corpus.missing.push(name),
                }
            }
        }
        Ok(corpus)
    }

    fn add(&mut self, name: &'static str, executable: PathBuf, arguments: &str) {
        self.programs.push(Program {
            name,
            executable,
            arguments: arguments.replace('@', &self.folder.to_string_lossy()),
        });
    }

    /// The compiler itself stands behind its driver.
    fn find(&self, executable: &str) -> Option<PathBuf> {
        let path = match executable.strip_prefix("@/") {
            None => PathBuf::from(executable),
            Some(program) => {
                let asked = Command::new("gcc")
                    .arg(format!("-print-prog-name={program}"))
                    .output();
                PathBuf::from(String::from_utf8(asked.ok()?.stdout).ok()?.trim())
            }
        };
        path.is_file().then_some(path)
    }
}

impl Drop for Corpus {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn compile(command: &str, to: &Path) -> bool {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("gdb");
    let words = command.split(' ').map(|word| match word {
        "$O" => to.to_string_lossy().into_owned(),
        _ => word.replace("$S", &sources.to_string_lossy()),
    });
    let words: Vec<String> = words.collect();
    Command::new(&words[0])
        .args(&words[1..])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
