#!/usr/bin/perl
# strace-form.pl: the output of `strace -o` or `renacer -o` with all masked that differs between
# two runs of one program, so that what is left can be compared line by line.
#
#   strace-form.pl [follow] [times] < TRACE
#
# follow: lines begin with a pid; halves of a call are joined, and lines sorted by task (stable),
# for two runs interleave their tasks differently. times: -t and -T were given.
use strict;
use warnings;

my %opt = map { $_ => 1 } @ARGV;
my (%number, %half, @lines);

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
		# The result stands where it would in one piece.
		my $width = $opt{times} ? 0 : 40 - ($opt{follow} ? length("$pid ") : 0);
		$line =~ s/\) +(= .*)$/my $head = "$`)"; ") " . $1/e;
	}
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
	$line =~ s/si_pid=\d+/si_pid=PID/;
	$line =~ s/si_([us]time)=\d+/si_$1=N/g;
	$line =~ s/0x[0-9a-f]{5,}/ADDR/g;
	$line =~ s/^(getrandom\()"[^"]*"(\.\.\.)?/$1RANDOM/;
	$line =~ s/^(sysinfo\().*(\) +=)/$1...$2/;
	$line =~ s/ <\d+\.\d{6}>$/ <TIME>/ if $opt{times};
	# Columns differ with the length of what is masked.
	$line =~ s/\) += /) = /;
	print $opt{follow} ? "P$number{$pid} $line\n" : "$line\n";
}
