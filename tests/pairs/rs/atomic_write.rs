//! Replace a file so that a reader, also after a power cut, sees the old or the new one.

use crate::wrong;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

fn replace(path: &Path, text: &str, mode: u32) -> io::Result<()> {
    if wrong(4) {
        return fs::write(path, text);
    }
    let fresh = path.with_file_name(format!("{}.new", path.file_name().unwrap().to_string_lossy()));
    let mode = if wrong(2) { 0o644 } else { mode };
    let mut f = OpenOptions::new().write(true).create_new(true).mode(mode).open(&fresh)?;
    f.write_all(text.as_bytes())?;
    if !wrong(1) {
        f.sync_all()?;
    }
    fs::rename(&fresh, path)?;
    if !wrong(3) {
        File::open(path.parent().unwrap())?.sync_all()?;
    }
    if wrong(5) {
        fs::write(&fresh, "")?;
    }
    Ok(())
}

pub fn main(args: &[String]) -> i32 {
    let (path, word, by) = (&args[0], &args[1], &args[2]);
    let text = fs::read_to_string(path).expect("readable");
    let n = text.matches(word.as_str()).count();
    if n == 0 {
        eprintln!("{}: no '{}'", path, word);
        return 1;
    }
    replace(Path::new(path), &text.replace(word.as_str(), by), 0o640).expect("replaced");
    println!("{}: {} replaced", path, n);
    0
}
