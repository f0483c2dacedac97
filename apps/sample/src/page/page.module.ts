import { Controller, Header, type MessageEvent, Module, Sse } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Observable } from 'rxjs';

import { PageFeed } from './page-feed.js';

@ApiTags('page')
@Controller('events')
export class EventsController {
  constructor(private readonly feed: PageFeed) {}

  @Sse()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary:
      'What the page is fed with: a `snapshot`, then an `event` for each, and the `state` every second',
  })
  @ApiProduces('text/event-stream')
  @ApiOkResponse({ description: 'Server-sent events, without end' })
  events(): Observable<MessageEvent> {
    return this.feed.messages();
  }
}

@Module({ controllers: [EventsController], providers: [PageFeed] })
export class PageModule {}
