//! Install files as a release: a directory per version, and links that show the current one.

use crate::wrong;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{symlink, PermissionsExt};
use std::path::Path;

fn relink(target: &Path, path: &str) -> io::Result<()> {
    let fresh = format!("{}.tmp", path);
    if wrong(1) {
        symlink(fs::canonicalize(target)?, &fresh)?;
    } else {
        symlink(target, &fresh)?;
    }
    fs::rename(fresh, path)
}

fn install(version: &str) -> io::Result<()> {
    let release = format!("releases/{}", version);
    fs::create_dir_all(format!("{}/bin", release))?;
    for (name, mode) in [("app", 0o755), ("admin", if wrong(2) { 0o755 } else { 0o700 })] {
        let path = format!("{}/bin/{}", release, name);
        fs::write(&path, format!("#!/bin/sh\necho {} {}\n", name, version))?;
        fs::set_permissions(&path, Permissions::from_mode(mode))?;
    }
    let (app, numbered) =
        (format!("{}/bin/app", release), format!("{}/bin/app-{}", release, version));
    if wrong(3) {
        fs::copy(app, numbered)?;
    } else {
        fs::hard_link(app, numbered)?;
    }
    if let Ok(old) = fs::read_link("current") {
        relink(&old, "previous")?;
        println!("previous is {}", old.display());
    }
    relink(Path::new(&release), "current")?;
    let current = if wrong(1) { release } else { fs::read_link("current")?.display().to_string() };
    println!("current is {}", current);
    for name in ["current/bin/app", "current/bin/none"] {
        println!("{} {}", name, if Path::new(name).exists() { "there" } else { "not there" });
    }
    Ok(())
}

pub fn main(args: &[String]) -> i32 {
    install(&args[0]).expect("installed");
    0
}
