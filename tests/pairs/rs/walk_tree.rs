//! Print a directory tree with sizes, as `tree` does; links are shown and not followed.

use crate::wrong;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

fn filemode(mode: u32) -> String {
    let mut text = String::from("-");
    for shift in [6, 3, 0] {
        for (bit, letter) in [(4, 'r'), (2, 'w'), (1, 'x')] {
            text.push(if mode >> shift & bit != 0 { letter } else { '-' });
        }
    }
    text
}

fn walk(path: &Path, prefix: &str, totals: &mut (u64, u64, u64)) -> io::Result<()> {
    let mut entries = fs::read_dir(path)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(|e| e.file_name());
    if wrong(2) {
        entries.retain(|e| !e.file_name().to_string_lossy().starts_with('.'));
    }
    let n = entries.len();
    for (i, entry) in entries.iter().enumerate() {
        let last = i + 1 == n;
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type()?;
        let text = if kind.is_symlink() {
            format!("{} -> {}", name, fs::read_link(entry.path())?.display())
        } else if kind.is_dir() {
            totals.0 += 1;
            format!("{}/", name)
        } else {
            let info = entry.metadata()?;
            totals.1 += 1;
            totals.2 += info.len();
            format!("{} [{}] {}", name, info.len(), filemode(info.permissions().mode()))
        };
        println!("{}{}{}", prefix, if last && !wrong(1) { "└── " } else { "├── " }, text);
        if kind.is_dir() {
            let deeper = format!("{}{}", prefix, if last { "    " } else { "│   " });
            walk(&entry.path(), &deeper, totals)?;
        }
    }
    Ok(())
}

pub fn main(args: &[String]) -> i32 {
    let mut totals = (0, 0, 0);
    println!("{}", args[0]);
    walk(Path::new(&args[0]), "", &mut totals).expect("readable");
    println!("\n{} directories, {} files, {} bytes", totals.0, totals.1, totals.2);
    0
}
