//! Copy a tree: *.txt get the extension .bak, scripts stay executable, other files are left out.

use crate::wrong;
use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

fn copy(source: &Path, target: &Path, totals: &mut (u64, u64)) -> io::Result<()> {
    let mut entries = fs::read_dir(source)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(|e| e.file_name());
    fs::create_dir_all(target)?;
    for entry in entries.iter().filter(|e| e.path().is_file()) {
        let (from, mut to) = (entry.path(), target.join(entry.file_name()));
        match from.extension().and_then(|e| e.to_str()) {
            Some("txt") if wrong(2) => (),
            Some("txt") => drop(to.set_extension("bak")),
            Some("sh") => (),
            _ => {
                eprintln!("skipped {}", entry.file_name().to_string_lossy());
                continue;
            }
        }
        totals.0 += 1;
        totals.1 += io::copy(&mut File::open(&from)?, &mut File::create(&to)?)?;
        if to.extension().map_or(false, |e| e == "sh") && !wrong(1) {
            fs::set_permissions(&to, Permissions::from_mode(0o750))?;
        }
    }
    for entry in entries.iter().filter(|e| e.path().is_dir()) {
        copy(&entry.path(), &target.join(entry.file_name()), totals)?;
    }
    Ok(())
}

pub fn main(args: &[String]) -> i32 {
    let (source, target) = (Path::new(&args[0]), Path::new(&args[1]));
    let mut totals = (0, 0);
    copy(source, target, &mut totals).expect("copied");
    let documents = if wrong(3) { "Documents" } else { "documents" };
    fs::rename(target.join("docs"), target.join(documents)).expect("renamed");
    println!("{} files, {} bytes", totals.0, totals.1);
    0
}
