// Promises, a worker's worth of file system calls, a child process.
const fs = require('fs/promises');
const { execFileSync } = require('child_process');

async function main() {
	await fs.mkdir('made', { recursive: true });
	const names = ['a', 'b', 'c', 'd'];
	await Promise.all(names.map((n) => fs.writeFile(`made/${n}`, n.repeat(100))));
	const sizes = await Promise.all(names.map(async (n) => (await fs.stat(`made/${n}`)).size));
	await fs.rename('made/a', 'made/z');
	console.log(sizes.join(' '), execFileSync('echo', ['from a child']).toString().trim());
}
main();
