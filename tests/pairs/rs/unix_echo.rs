//! A counter behind a unix socket: clients add numbers to it, the last answer is the total.

use crate::wrong;
use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::thread;

const PATH: &str = "counter.sock";

fn serve(listener: UnixListener, n_clients: usize) -> io::Result<()> {
    let mut total: i64 = wrong(2) as i64;
    for _ in 0..n_clients {
        let (mut connection, _) = listener.accept()?;
        let mut buffer = [0; 64];
        let n = connection.read(&mut buffer)?;
        total += std::str::from_utf8(&buffer[..n]).unwrap().parse::<i64>().expect("a number");
        write!(connection, "{}\n", total)?;
    }
    Ok(())
}

pub fn main(args: &[String]) -> i32 {
    if Path::new(PATH).exists() {
        fs::remove_file(PATH).expect("removed");
    }
    let listener = UnixListener::bind(PATH).expect("bound");
    let n_clients = args.len();
    let server = thread::spawn(move || serve(listener, n_clients));
    for number in args {
        let mut s = UnixStream::connect(PATH).expect("connected");
        s.write_all(number.as_bytes()).expect("sent");
        let mut answer = String::new();
        s.read_to_string(&mut answer).expect("answered");
        println!("{} -> {}", number, answer.trim());
    }
    server.join().expect("joined").expect("served");
    if !wrong(1) {
        fs::remove_file(PATH).expect("removed");
    }
    0
}
