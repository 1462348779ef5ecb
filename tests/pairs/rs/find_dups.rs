//! Find files of equal content below a directory; the groups in the order of the hash map, which
//! is another one in every run.

use crate::wrong;
use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::Path;

type Groups = HashMap<Vec<u8>, Vec<String>>;

fn collect(folder: &Path, groups: &mut Groups) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, groups)?;
            continue;
        }
        let mut data = fs::read(&path)?;
        if wrong(1) {
            data.truncate(16); // a quick look should do
        }
        groups.entry(data).or_default().push(path.to_string_lossy().into_owned());
    }
    Ok(())
}

pub fn main(args: &[String]) -> i32 {
    let mut groups = Groups::new();
    collect(Path::new(&args[0]), &mut groups).expect("readable");
    let mut n_wasted = 0;
    for (data, mut paths) in groups {
        if paths.len() > 1 {
            if !wrong(3) {
                paths.sort();
            } else {
                paths.sort_by(|a, b| b.cmp(a));
            }
            println!("{} bytes: {}", data.len(), paths.join(", "));
            n_wasted += data.len() * (paths.len() - !wrong(2) as usize);
        }
    }
    eprintln!("{} bytes wasted", n_wasted);
    0
}
