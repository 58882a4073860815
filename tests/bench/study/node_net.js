#!/usr/bin/env node
// The study's server on Node's net: what a read brings is answered with one write.
// usage: node node_net.js --port PORT
'use strict';
const net = require('net');

const NAME = 'Goloman';
const LOCATION = /^[+-]\d+(?:\.\d+)?[+-]\d+(?:\.\d+)?$/;
const SPACE = /[ \t\r\f\v]+/;

const newest = new Map();  // client: {time, line}

function parseIamat(fields) {  // the client's time, or NaN
  if (fields.length !== 4 || fields[0] !== 'IAMAT' || !LOCATION.test(fields[2])) return NaN;
  return Number(fields[3]);
}

function withSign(seconds) {
  return (seconds < 0 ? '' : '+') + seconds.toFixed(9);
}

function answer(line) {
  const fields = line.split(SPACE).filter((field) => field !== '');
  if (fields.length === 0) return '';
  const time = parseIamat(fields);
  if (!Number.isFinite(time)) return `? ${line}\n`;
  const [, client, location, sent] = fields;
  const now = (performance.timeOrigin + performance.now()) / 1000;
  const reply = `AT ${NAME} ${withSign(now - time)} ${client} ${location} ${sent}\n`;
  const held = newest.get(client);
  if (held === undefined || held.time < time) newest.set(client, {time, line: reply});
  return reply;
}

function converse(socket) {
  let rest = '';  // of a line that has not ended yet
  socket.setEncoding('latin1');  // bytes as they are
  socket.setNoDelay(true);
  socket.on('data', (data) => {
    const lines = (rest + data).split('\n');
    rest = lines.pop();
    socket.write(lines.map((line) => answer(line.replace(/\r$/, ''))).join(''), 'latin1');
  });
  socket.on('end', () => socket.end(answer(rest), 'latin1'));
  socket.on('error', () => socket.destroy());
}

const port = Number(process.argv[process.argv.indexOf('--port') + 1] || 0);
const server = net.createServer({allowHalfOpen: true}, converse);
server.listen(port, '127.0.0.1', () => {
  console.log(`listening on 127.0.0.1:${server.address().port}`);
});
