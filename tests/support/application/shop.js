// SPDX-License-Identifier: GPL-3.0-or-later
// An application as people write them: Sequelize with a pool that writes through one address and a pool that reads from
// the standbys. It takes an order every few ms and lists the newest ones, until its standard input ends.
//   node shop.js WRITE_HOST DATABASE READ_HOST...      NODE_PATH: the directory of its modules
// Lines on standard output: "open", "order N" for each that was confirmed, "listed N" (how many a listing has found),
// "failed MESSAGE" for each order that was refused and is not tried again; at the end "total N", as a standby counts.
'use strict';
const { Sequelize, DataTypes } = require('sequelize');

const [writeHost, database, ...readHosts] = process.argv.slice(2);
const sequelize = new Sequelize(database, 'postgres', null, {
  dialect: 'postgres',
  logging: false,
  databaseVersion: '13.0.0', // else the first connection of all asks the write pool for it
  replication: {
    write: { host: writeHost, port: 5432 },
    read: readHosts.map((host) => ({ host, port: 5432 })),
  },
  dialectOptions: { connectionTimeoutMillis: 2000, keepAlive: true },
  pool: { max: 4, min: 0, acquire: 5000, idle: 10000, evict: 1000 },
});
const Order = sequelize.define('order', {
  number: { type: DataTypes.INTEGER, allowNull: false, unique: true },
  customer: { type: DataTypes.STRING, allowNull: false },
});

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const say = (line) => process.stdout.write(line.replace(/\s+/g, ' ') + '\n');
let ending = false;

// An order whose confirmation got lost may be there all the same: it is not taken again, but the next one is.
async function takeOrders() {
  for (let number = 1; !ending; ++number) {
    try {
      await Order.create({ number, customer: 'customer ' + (number % 7) });
      say('order ' + number);
    } catch (error) {
      say('failed ' + error.message);
      await pause(20);
    }
    await pause(5);
  }
}

async function listOrders() {
  while (!ending) {
    try {
      const orders = await Order.findAll({ order: [['number', 'DESC']], limit: 20 });
      say('listed ' + orders.length);
    } catch (error) {
      say('unlisted ' + error.message);
    }
    await pause(50);
  }
}

async function main() {
  await Order.sync();
  say('open');
  process.stdin.on('end', () => (ending = true)).resume();
  await Promise.all([takeOrders(), listOrders()]);
  const written = await Order.max('number', { useMaster: true });
  for (;;) { // until a standby has the last one as well
    try {
      if ((await Order.max('number')) === written) {
        break;
      }
    } catch (error) {
      say('unlisted ' + error.message);
    }
    await pause(50);
  }
  say('total ' + (await Order.count()));
  await sequelize.close();
}

main().catch((error) => {
  say('died ' + error.message);
  process.exit(1);
});
