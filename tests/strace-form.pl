#!/usr/bin/perl
# strace-form.pl: the output of `strace -o` or `renacer -o` with all masked that differs between
# two runs of one program, so that what is left can be compared line by line.
#
#   strace-form.pl [follow] [times] < TRACE
#
# follow: lines begin with a pid; halves of a call are joined, and lines sorted by task (stable),
# for two runs interleave their tasks differently. race: when children end is left out. times: -t
# and -T were given.
use strict;
use warnings;

my %opt = map { $_ => 1 } @ARGV;
my (%number, %half, %random, @lines);

while (my $line = <STDIN>) {
	chomp $line;
	my $pid = 0;
	if ($opt{follow}) {
		$line =~ s/^(\d+) +// or die "no pid in '$line'\n";
		$pid = $1;
		$number{$pid} = 0;
	}
	if ($opt{times}) {
		$line =~ s/^(\s*\d+\.\d{6}|\d\d:\d\d:\d\d(\.\d{6})?) // or die "no time in '$line'\n";
	}
	if ($line =~ s/ *<unfinished \.\.\.>$//) {
		$half{$pid} = $line;
		next;
	}
	if ($line =~ s/^<\.\.\. \w+ resumed>//) {
		$line = delete($half{$pid}) . ($line =~ /^[,)]/ ? '' : ' ') . $line;
		$line =~ s/\( /(/;
	}
	next if $opt{race} && $line =~ /^(wait4\b|waitpid\b|--- SIGCHLD|rt_sigreturn.*= [1-9])/;
	push @lines, [$pid, $line];
}
# A call that never returned is whole: it has no result.
push @lines, [$_, "$half{$_}) = ?"] for sort keys %half;
my $n = 0;
$number{$_} = ++$n for sort { $a <=> $b } keys %number;

sub known { exists $number{$_[0]} && $number{$_[0]} ? "P$number{$_[0]}" : $_[0] }

# Calls whose numbers may be those of tasks.
my $tasks = qr/^(?:getpid|getppid|gettid|getpgrp|getpgid|setpgid|getsid|setsid|set_tid_address
	|clone3?|fork|vfork|wait4|waitid|waitpid|kill|tkill|tgkill|futex|ioctl|prlimit64
	|sched_getaffinity|rt_sigqueueinfo|---)\b/x;
for (sort { $a->[0] <=> $b->[0] } @lines) {
	my ($pid, $line) = @$_;
	$line =~ s/^(getppid\(\) +=|getpid\(\) +=|gettid\(\) +=|set_tid_address\(.*\) +=) \d+/$1 PID/
		unless $opt{follow};
	if ($opt{follow} && $line =~ $tasks) {
		$line =~ s/(?<![\w.])(\d+)(?![\w.])/known($1)/ge;
	}
	$line =~ s/^getppid\(\) += \d+/getppid() = PID/;
	$line =~ s/([sl]p|si_|shm_c|shm_l)(id|pid)=\d+/$1$2=PID/g;
	$line =~ s/si_([us]time)=\d+( \/\*.*?\*\/)?/si_$1=N/g;
	$line =~ s/0x[0-9a-f]{5,}/ADDR/g;
	$line =~ s/\b([a-z]+_[a-z]*time)=(\{tv_sec=\d+, tv_nsec=\d+\}|\d+)( \/\*.*?\*\/)?/$1=TIME/g;
	$line =~ s/\b(st_[acm]time_nsec)=\d+/$1=N/g;
	$line =~ s/(tv_[nu]?sec)=\d{4,}/$1=N/g;
	$line =~ s/htons\(\d{5}\)/htons(PORT)/g;
	$line =~ s/^(getrandom\()"[^"]*"(\.\.\.)?/$1RANDOM/;
	$line =~ s/^((?:sysinfo|getrusage|statfs|uname)\().*(\) +=)/$1...$2/;
	$line =~ s/\b((?:st|stx|d)_ino|d_off)=\d+/$1=N/g;
	# What comes from the random device.
	$random{$1} = 1 if $line =~ m{"/dev/u?random".* = (\d+)$};
	delete $random{$1} if $line =~ /^close\((\d+)/;
	$line =~ s/^read\((\d+), "(?:[^"\\]|\\.)*"(\.\.\.)?/read($1, RANDOM/ if $line =~ /^read\((\d+)/ && $random{$1};
	# ipc() passes the last argument of semctl by address.
	$line =~ s/\[(NULL|0x\w+)\]\)/$1)/ if $line =~ /^semctl/;
	# Names of IPC objects count up; newer names than strace 6.1 has.
	$line =~ s/^((?:shm|sem|msg)\w+\()\d+/$1ID/;
	$line =~ s/^((?:shm|sem|msg)get\(.*\) += )\d+/$1ID/;
	$line =~ s/MEMBARRIER_CMD_GET_REGISTRATIONS/0x200/;
	$line =~ s/ <\d+\.\d{6}>$/ <TIME>/ if $opt{times};
	# strace 6.1 writes two blanks here with -v.
	$line =~ s/\}  => \{parent_tid/} => {parent_tid/;
	# Columns differ with the length of what is masked.
	$line =~ s/\) += /) = /;
	print $opt{follow} ? "P$number{$pid} $line\n" : "$line\n";
}
