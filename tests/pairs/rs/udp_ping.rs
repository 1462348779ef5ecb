//! Datagrams on loopback: numbered, answered, and too late counted as lost.

use crate::wrong;
use std::io;
use std::net::{Ipv4Addr, UdpSocket};
use std::thread;
use std::time::Duration;

fn answer(server: UdpSocket, n: u32) -> io::Result<()> {
    let mut buffer = [0; 2048];
    for _ in 0..n {
        let (length, address) = server.recv_from(&mut buffer)?;
        if let Some(rest) = buffer[..length].strip_prefix(b"ping") {
            server.send_to(&[b"pong", rest].concat(), address)?;
        }
    }
    Ok(())
}

pub fn main(args: &[String]) -> i32 {
    let n: u32 = args[0].parse().expect("a number");
    let server = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("bound");
    let address = server.local_addr().expect("named");
    let client = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("bound");
    client.set_read_timeout(Some(Duration::from_millis(200))).expect("set");
    let thread = thread::spawn(move || answer(server, n + 1));
    let mut buffer = [0; 2048];
    let mut lost = 0;
    for i in 0..n {
        client.send_to(format!("ping {}", i + wrong(1) as u32).as_bytes(), address).expect("sent");
        let length = client.recv(&mut buffer).expect("answered");
        println!("{}", String::from_utf8_lossy(&buffer[..length]));
    }
    if wrong(2) {
        client.send_to(b"stats", (Ipv4Addr::LOCALHOST, 8125)).expect("sent");
    }
    client.send_to(b"hello", address).expect("sent");
    if client.recv(&mut buffer).is_err() {
        lost += 1;
    }
    thread.join().expect("joined").expect("answered");
    println!("{} lost", lost);
    0
}
