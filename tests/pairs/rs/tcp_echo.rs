//! A line server on a port that the kernel chooses, and the clients that talk to it.

use crate::wrong;
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::thread;

fn serve(listener: TcpListener, n_clients: usize) -> io::Result<()> {
    for _ in 0..n_clients {
        let (connection, _) = listener.accept()?;
        let mut answers = connection.try_clone()?;
        let n_lines = if wrong(3) { 1999 } else { usize::MAX };
        for line in BufReader::new(connection).lines().take(n_lines) {
            answers.write_all((line?.to_uppercase() + "\n").as_bytes())?;
        }
    }
    Ok(())
}

fn ask(port: u16, lines: &str) -> io::Result<String> {
    let mut s = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    let mut answer = String::new();
    s.write_all(lines.as_bytes())?;
    s.shutdown(Shutdown::Write)?;
    s.read_to_string(&mut answer)?;
    Ok(answer)
}

pub fn main(args: &[String]) -> i32 {
    let host = if wrong(2) { Ipv4Addr::UNSPECIFIED } else { Ipv4Addr::LOCALHOST };
    let listener = TcpListener::bind((host, 0)).expect("bound");
    let port = listener.local_addr().expect("named").port();
    let n_clients = args.len();
    let server = thread::spawn(move || serve(listener, n_clients));
    if wrong(1) {
        drop(TcpStream::connect((Ipv4Addr::LOCALHOST, 9)));
    }
    for path in args {
        let lines = fs::read_to_string(path).expect("readable");
        print!("{}", ask(port, &lines).expect("answered"));
    }
    server.join().expect("joined").expect("served");
    0
}
