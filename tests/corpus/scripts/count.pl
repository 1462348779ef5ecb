#!/usr/bin/perl
# Counts words, in an order that does not depend on hashing.
use strict;
use warnings;

my %seen;
while (<>) {
	chomp;
	$seen{$_}++;
}
open my $out, '>', 'counts.txt' or die "counts.txt: $!";
printf $out "%s %d\n", $_, $seen{$_} for sort keys %seen;
close $out or die;
my @top = sort { $seen{$b} <=> $seen{$a} || $a cmp $b } keys %seen;
print "$_\n" for @top[0 .. 2];
