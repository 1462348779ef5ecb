//! Sort the lines of a file that is too large for memory, so to say: runs in a temporary
//! directory, merged into the result; nothing stays behind but the result.

use crate::wrong;
use std::env;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

/// Eight letters that nobody else has at this moment, as mkdtemp has them.
fn random_name() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    let mut seed = now.as_nanos() as u64 ^ (std::process::id() as u64) << 40;
    let mut name = String::new();
    for _ in 0..8 {
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        name.push(char::from(b"abcdefghijklmnopqrstuvwxyz0123456789_"[(seed >> 33) as usize % 37]));
    }
    name
}

fn sort(source: &str, target: &str, folder: &PathBuf) -> io::Result<usize> {
    let lines = BufReader::new(File::open(source)?).lines().collect::<io::Result<Vec<_>>>()?;
    let mut paths = vec![];
    for run in lines.chunks(100) {
        let path = folder.join(format!("tmp{}.run", random_name()));
        let out = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
        let mut out = BufWriter::new(out);
        let mut run = run.to_vec();
        run.sort();
        for line in run {
            writeln!(out, "{}", line)?;
        }
        out.flush()?;
        paths.push(path);
    }
    let mut runs = vec![];
    for path in paths.iter().skip(wrong(2) as usize) {
        runs.push(BufReader::new(File::open(path)?).lines().peekable());
    }
    let mut out = BufWriter::new(File::create(target)?);
    loop {
        let mut least: Option<(usize, String)> = None;
        for (i, run) in runs.iter_mut().enumerate() {
            if let Some(Ok(line)) = run.peek() {
                if least.as_ref().map_or(true, |(_, l)| line < l) {
                    least = Some((i, line.clone()));
                }
            }
        }
        match least {
            Some((i, line)) => {
                runs[i].next();
                writeln!(out, "{}", line)?;
            }
            None => return Ok(paths.len()),
        }
    }
}

pub fn main(args: &[String]) -> i32 {
    let folder = env::temp_dir().join(format!("sort-{}", random_name()));
    DirBuilder::new().mode(0o700).create(&folder).expect("created");
    let n = sort(&args[0], &args[1], &folder).expect("sorted");
    if !wrong(1) {
        fs::remove_dir_all(&folder).expect("removed");
    }
    println!("{} runs", n);
    0
}
