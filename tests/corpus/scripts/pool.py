"""A pool of processes, which is terminated while its workers wait for more."""
import multiprocessing


def cube(n):
    return n**3


if __name__ == "__main__":
    with multiprocessing.get_context("fork").Pool(3) as pool:
        print(pool.map(cube, range(20)))
