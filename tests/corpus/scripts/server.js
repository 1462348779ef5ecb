// A web server on a port of the kernel's choice, ten requests at once, answers written to files.
const fs = require('fs');
const http = require('http');

const server = http.createServer((request, response) => {
	response.sendDate = false;
	response.end(`you asked for ${request.url}\n`);
});
server.listen(0, '127.0.0.1', async () => {
	const { port } = server.address();
	const ask = (n) => new Promise((done, failed) => {
		http.get({ host: '127.0.0.1', port, path: `/page/${n}`, agent: false }, (response) => {
			response.pipe(fs.createWriteStream(`page${n}.txt`)).on('finish', done);
		}).on('error', failed);
	});
	await Promise.all([...Array(10).keys()].map(ask));
	server.close();
	console.log('ten pages');
});
