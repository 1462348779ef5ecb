int square(int n);
