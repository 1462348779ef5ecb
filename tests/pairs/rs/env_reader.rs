//! Settings from the environment: defaults, numbers, lists, and what a child process is given.

use crate::wrong;
use std::env;
use std::process::{exit, Command};

fn number(name: &str, default: i64) -> i64 {
    let text = env::var(name).unwrap_or_else(|_| default.to_string());
    text.parse().unwrap_or_else(|_| {
        eprintln!("{}: '{}' is not a number", name, text);
        exit(if wrong(3) { 1 } else { 78 })
    })
}

pub fn main(_: &[String]) -> i32 {
    println!("home    {}", env::var("APP_HOME").unwrap_or_else(|_| "/srv/app".to_string()));
    println!("workers {}", number("APP_WORKERS", 4));
    for part in env::var("APP_PATHS").unwrap_or_default().split(':') {
        if wrong(2) && part.is_empty() {
            continue;
        }
        println!("path    {}", if part.is_empty() { "(empty)" } else { part });
    }
    let mut names: Vec<String> = env::vars().map(|(k, _)| k).collect();
    names.sort();
    for name in names.iter().filter(|n| n.starts_with("APP_")) {
        println!("set     {}", name);
    }
    let mut child = Command::new("env");
    if !wrong(1) {
        child.env_clear();
    }
    let path = env::var("PATH").expect("a path");
    child.env("APP_CHILD", "yes").env("PATH", path);
    child.status().expect("runs").code().expect("an end")
}
