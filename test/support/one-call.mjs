// Makes one API call in a process of its own: with the proxies, the certificates and the axios of its environment.
import 'reflect-metadata';

import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ResamaniaAuthModule, ResamaniaHttpService } from 'nestjs-resamania-auth';
import { firstValueFrom } from 'rxjs';

class AppModule {}
Module({ imports: [ResamaniaAuthModule.forRoot(JSON.parse(process.argv[2]))] })(AppModule);

const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
const { status, data } = await firstValueFrom(app.get(ResamaniaHttpService).get('clubs'));
await app.close();
process.stdout.write(JSON.stringify({ status, data }));
