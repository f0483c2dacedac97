import { Controller, Delete, Get, Param, Patch, Post, Put, Query, Res } from '@nestjs/common';
import type { Answer } from '../exchange/answer.js';
import type { Exchange, SandboxResponse } from '../exchange/exchange.js';
import { ApiAccess } from '../resources/api-access.js';
import {
  changeContact,
  createContact,
  deleteContact,
  listItems,
  showItem,
} from '../resources/resource-api.js';

/** Routes of the API. Collections are read; contacts can be written too, in memory. */
@Controller(':chain')
export class ResourceController {
  constructor(private readonly access: ApiAccess) {}

  @Get(':collection')
  async list(
    @Res() response: SandboxResponse,
    @Param('collection') name: string,
    @Query('page') page?: string,
  ): Promise<void> {
    const { exchange } = response.locals;
    await send(exchange, listItems(this.access.check(exchange), name, page));
  }

  @Get(':collection/:id')
  async show(
    @Res() response: SandboxResponse,
    @Param('collection') name: string,
    @Param('id') id: string,
  ): Promise<void> {
    const { exchange } = response.locals;
    await send(exchange, showItem(this.access.check(exchange), name, id));
  }

  @Post('contacts')
  async create(@Res() response: SandboxResponse): Promise<void> {
    const { exchange } = response.locals;
    await send(exchange, createContact(this.access.check(exchange), exchange.request.body));
  }

  @Put('contacts/:id')
  async replace(@Res() response: SandboxResponse, @Param('id') id: string): Promise<void> {
    const { exchange } = response.locals;
    await send(exchange, changeContact(this.access.check(exchange), id, exchange.request.body, false));
  }

  @Patch('contacts/:id')
  async change(@Res() response: SandboxResponse, @Param('id') id: string): Promise<void> {
    const { exchange } = response.locals;
    await send(exchange, changeContact(this.access.check(exchange), id, exchange.request.body, true));
  }

  @Delete('contacts/:id')
  async remove(@Res() response: SandboxResponse, @Param('id') id: string): Promise<void> {
    const { exchange } = response.locals;
    await send(exchange, deleteContact(this.access.check(exchange), id));
  }
}

async function send(exchange: Exchange, answer: Answer): Promise<void> {
  await exchange.deliver(answer, 'ok');
}
